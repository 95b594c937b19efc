import AgentEnvelope
import AgentPlugins
import AgentStreams
import Logging
import NIOCore
import RedisClient

/// An agent's place in this host: its identity and its streams stay over a reload, the code that
/// works there is exchanged.
@IOActor
final class ServedAgent: DeliveryReceiver {
  let identity: AgentIdentity
  let roleSource: DeliverySource
  let ownSource: DeliverySource
  private(set) var instance: AgentInstance
  private let admission: Admission
  private let router: Router
  private let dispatcher: Dispatcher
  private let committer: Committer
  private var refusals: Refusals
  private var outcomes: OutcomeHandler

  init(
    identity: AgentIdentity, instance: AgentInstance, roleSource: DeliverySource, ownSource: DeliverySource,
    road: Road
  ) {
    self.identity = identity
    self.instance = instance
    self.roleSource = roleSource
    self.ownSource = ownSource
    admission = road.admission
    router = road.router
    dispatcher = road.dispatcher
    committer = road.committer
    refusals = Refusals(router: road.router, agent: identity, codeHash: instance.library.hash)
    outcomes = OutcomeHandler(refusals: refusals, committer: road.committer)
  }

  /// New messages go to `next`; what the old instance holds it finishes. Returns the old one.
  func replaceInstance(with next: AgentInstance) -> AgentInstance {
    let old = instance
    instance = next
    refusals = Refusals(router: router, agent: identity, codeHash: next.library.hash)
    outcomes = OutcomeHandler(refusals: refusals, committer: committer)
    return old
  }

  func receive(_ deliveries: [Delivery]) {
    let now = WallClock.now()
    let instant = NIODeadline.now()
    var admitted: [AdmittedMessage] = []
    admitted.reserveCapacity(deliveries.count)
    for delivery in deliveries {
      switch admission.decide(delivery, now: now) {
      case .admit(let envelope, let timeout):
        guard let message = received(delivery, envelope) else { continue }
        admitted.append(
          AdmittedMessage(message, timeout: timeout, startTimestamp: now, startInstant: instant))
      case .refuse(let envelope, let refusal):
        guard let message = received(delivery, envelope) else { continue }
        committer.submit(refusals.settlement(of: message, refusal, now: now))
      case .unreadable(let error):
        committer.submit(refusals.settlement(of: delivery, unreadable: error, now: now))
      }
    }
    if !admitted.isEmpty { dispatcher.dispatch(admitted, to: instance, outcomes: outcomes) }
  }

  private func received(_ delivery: Delivery, _ envelope: Envelope) -> ReceivedMessage? {
    guard let bytes = delivery.envelope else { return nil }
    return ReceivedMessage(delivery: delivery, bytes: bytes, envelope: envelope, agent: identity)
  }
}

/// The stages that all agents of a host share.
@IOActor
struct Road {
  let admission: Admission
  let router: Router
  let dispatcher: Dispatcher
  let committer: Committer
}
