import AgentEnvelope
import AgentPlugins
import AgentStreams
import Logging
import NIOCore
import RedisClient

/// An agent's place in this host: its identity and its streams stay over a reload, the code that
/// works there is exchanged.
@IOActor
final class ServedAgent: RoleHolder {
  let identity: AgentIdentity
  let slots: Slots
  let lanes: RoleLanes
  let ownSource: DeliverySource
  let road: Road
  let figures: AgentFigures
  private let counter: RoleCounter
  private(set) var instance: AgentInstance
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
    self.road = road
    counter = road.counters.counter(of: identity.role)
    figures = AgentFigures(role: counter)
    refusals = Refusals(router: road.router, agent: identity, codeHash: instance.library.hash)
    outcomes = OutcomeHandler(of: instance, refusals: refusals, road: road, figures: figures)
  }

  /// What it runs from now on.
  var code: AgentCode {
    AgentCode(
      since: WallClock.now(), hash: instance.library.hash, library: instance.library.file)
  }

  /// How it stands, for whoever asks.
  var status: AgentStatus {
    var status = AgentStatus(id: identity.agentID, role: identity.role, library: instance.library.file)
    status.inWork = heldCount
    status.runs = figures.runs
    status.runSeconds = figures.runSeconds
    status.errors = figures.errors
    return status
  }

  /// New messages go to `next`; what the old instance holds it finishes. Returns the old one.
  func replaceInstance(with next: AgentInstance) -> AgentInstance {
    let old = instance
    instance = next
    refusals = Refusals(router: road.router, agent: identity, codeHash: next.library.hash)
    outcomes = OutcomeHandler(of: next, refusals: refusals, road: road, figures: figures)
    return old
  }

  /// Messages that are handed to the agent's threads at once: they begin with the first ones while the rest of what was read
  /// is looked at.
  private static let handedOverAtOnce = 32

  func receive(_ deliveries: [Delivery]) {
    var rest = deliveries[...]
    while !rest.isEmpty {
      admit(rest.prefix(Self.handedOverAtOnce))
      rest = rest.dropFirst(Self.handedOverAtOnce)
    }
  }

  private func admit(_ deliveries: ArraySlice<Delivery>) {
    let now = WallClock.now()
    let instant = NIODeadline.now()
    var admitted: [AdmittedMessage] = []
    admitted.reserveCapacity(deliveries.count)
    for delivery in deliveries {
      counter.received(deliveries: delivery.deliveries)
      let scan = road.written.take(from: delivery)
      switch road.admission.decide(
        delivery, scan: scan, timeout: instance.descriptor.timeout, now: now)
      {
      case .admit(let envelope, let member, let timeout):
        let message = AdmittedMessage(
          delivery, envelope, member, agent: identity, timeout: timeout, startTimestamp: now,
          startInstant: instant, outcomes: outcomes)
        if !road.cancellations.isEmpty, road.cancellations.contains(message.messageID) {
          road.committer.submit(refusals.settlement(of: message, .cancelled, now: now))
        } else {
          admitted.append(message)
        }
      case .refuse(let envelope, let member, let refusal):
        counter.refused()
        let message = ReceivedMessage(delivery, envelope, member, agent: identity)
        road.committer.submit(refusals.settlement(of: message, refusal, now: now))
      case .unreadable(let error):
        counter.refused()
        road.committer.submit(refusals.settlement(of: delivery, unreadable: error, now: now))
      }
    }
    if !admitted.isEmpty { road.dispatcher.dispatch(admitted, to: instance) }
  }

  func lost(_ ids: [StreamID], of source: DeliverySource) {
    road.dispatcher.abandon(ids, of: source)
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
  let counters = RoleCounters()
  let written = WrittenEnvelopes()
}
