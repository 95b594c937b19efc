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
  let slots: Slots
  let lanes: RoleLanes
  let ownSource: DeliverySource
  private(set) var instance: AgentInstance
  private let admission: Admission
  private let router: Router
  private let dispatcher: Dispatcher
  private let committer: Committer
  private let cancellations: Cancellations
  private var refusals: Refusals
  private var outcomes: OutcomeHandler

  init(
    identity: AgentIdentity, instance: AgentInstance, slots: Slots, lanes: RoleLanes,
    ownSource: DeliverySource, road: Road
  ) {
    self.identity = identity
    self.instance = instance
    self.slots = slots
    self.lanes = lanes
    self.ownSource = ownSource
    admission = road.admission
    router = road.router
    dispatcher = road.dispatcher
    committer = road.committer
    cancellations = road.cancellations
    refusals = Refusals(router: road.router, agent: identity, codeHash: instance.library.hash)
    outcomes = OutcomeHandler(
      refusals: refusals, maximumDeliveries: road.admission.maximumDeliveries, committer: road.committer)
  }

  var sources: [DeliverySource] { lanes.sources + [ownSource] }

  var heldCount: Int { lanes.heldCount + ownSource.heldCount }

  /// New messages go to `next`; what the old instance holds it finishes. Returns the old one.
  func replaceInstance(with next: AgentInstance) -> AgentInstance {
    let old = instance
    instance = next
    refusals = Refusals(router: router, agent: identity, codeHash: next.library.hash)
    outcomes = OutcomeHandler(
      refusals: refusals, maximumDeliveries: admission.maximumDeliveries, committer: committer)
    return old
  }

  func receive(_ deliveries: [Delivery]) {
    let now = WallClock.now()
    let instant = NIODeadline.now()
    var admitted: [AdmittedMessage] = []
    admitted.reserveCapacity(deliveries.count)
    for delivery in deliveries {
      switch admission.decide(delivery, now: now) {
      case .admit(let envelope, let member, let timeout):
        guard let message = received(delivery, envelope, member) else { continue }
        if !cancellations.isEmpty, cancellations.contains(message.messageID) {
          committer.submit(refusals.settlement(of: message, .cancelled, now: now))
        } else {
          admitted.append(
            AdmittedMessage(message, timeout: timeout, startTimestamp: now, startInstant: instant))
        }
      case .refuse(let envelope, let member, let refusal):
        guard let message = received(delivery, envelope, member) else { continue }
        committer.submit(refusals.settlement(of: message, refusal, now: now))
      case .unreadable(let error):
        committer.submit(refusals.settlement(of: delivery, unreadable: error, now: now))
      }
    }
    if !admitted.isEmpty { dispatcher.dispatch(admitted, to: instance, outcomes: outcomes) }
  }

  func handBack(_ deliveries: [Delivery]) {
    for delivery in deliveries {
      // What is no envelope is not worth a copy: it stays pending until somebody takes it over.
      guard delivery.envelope != nil else {
        delivery.source.release(delivery)
        continue
      }
      committer.submit(
        Settlement(
          delivery: delivery, writes: [router.handBack(delivery, nil)],
          refused: LastResort(delivery: delivery, writes: [])))
    }
  }

  func lost(_ ids: [String], of source: DeliverySource) {
    dispatcher.abandon(ids, of: source)
  }

  private func received(
    _ delivery: Delivery, _ envelope: Envelope, _ member: HostMember?
  ) -> ReceivedMessage? {
    guard let bytes = delivery.envelope else { return nil }
    return ReceivedMessage(
      delivery: delivery, bytes: bytes, envelope: envelope, hostMember: member, agent: identity)
  }
}

/// The stages that all agents of a host share.
@IOActor
struct Road {
  let admission: Admission
  let router: Router
  let dispatcher: Dispatcher
  let committer: Committer
  let cancellations: Cancellations
}
