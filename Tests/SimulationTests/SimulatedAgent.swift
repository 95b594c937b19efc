import NIOCore
import RedisClient

@testable import AgentStreams

/// An agent of a simulated host: what its reader, its keeper of leases and its recoverer know, and what its code has
/// in work. Each of their loops is a function that takes one turn.
@IOActor
final class SimulatedAgent: DeliveryReceiver {
  let stage: Int
  let role: String
  let lanes: RoleLanes
  let own: DeliverySource
  let slots: Slots
  let host: SimulatedHost
  let life: Life
  var plan: ReadPlan
  /// Whether the last read would have found whatever there was.
  var hasAskedAllLanes = true
  /// Read beyond the free slots.
  var waiting: [Delivery] = []
  /// In the hands of the agent's code.
  private(set) var working: [Delivery] = []
  /// An answer to a read was lost.
  var readerMayHaveMissed = true
  var ownReaderMayHaveMissed = true
  // The recoverer's.
  var pace: TakeoverPace
  var dead: Set<String>
  let known: [String: DeadWorker]
  var recovererMayHaveMissed = false
  /// For streams with suspects that are to be redelivered, in turn.
  var suspectTakeovers: [Takeover] = []

  var simulation: Simulation { host.simulation }
  var sources: [DeliverySource] { lanes.sources + [own] }
  var heldCount: Int { lanes.heldCount + own.heldCount }
  var clock: NIODeadline { host.deadline }

  init(
    stage: Int, name: ConsumerName, host: SimulatedHost, life: Life, capacity: Int, dead: [String: DeadWorker]
  ) {
    let keys = host.simulation.keys
    self.stage = stage
    self.host = host
    self.life = life
    self.dead = Set(dead.keys)
    known = dead
    role = Simulation.roles[stage]
    slots = Slots(capacity: capacity)
    lanes = RoleLanes(keys: keys, role: role, consumer: name.description, slots: slots)
    own = DeliverySource(
      stream: keys.agentStream(name.agentID), group: keys.agentGroup(name.agentID),
      consumer: name.description,
      role: role, slots: slots)
    plan = ReadPlan(weights: lanes.sources.map(\.priority.weight))
    pace = TakeoverPace(policy: host.simulation.policy)
  }

  /// Makes streams and groups, as a host does before it reads.
  func begin() async throws {
    try await StreamGroups.join(lanes, own: own, send: simulation.client.send)
  }

  // MARK: Admission

  func receive(_ deliveries: [Delivery]) {
    for delivery in deliveries {
      simulation.ledger.counts(delivery)
      guard let message = SimulatedMessage(delivery, agent: self) else { continue }
      if message.total > simulation.policy.maximumDeliveries {
        host.finished.append(message.givenUp())
      } else if host.cancellations.contains(message.envelope.request) {
        host.finished.append(message.cancelled())
      } else {
        simulation.ledger.gave(delivery, total: message.total, cap: simulation.policy.maximumDeliveries)
        working.append(delivery)
      }
    }
  }

  func handBack(_ deliveries: [Delivery]) {
    for delivery in deliveries {
      guard let message = SimulatedMessage(delivery, agent: self) else { continue }
      host.finished.append(message.handedBack())
    }
  }

  func lost(_ ids: [String], of source: DeliverySource) {
    for delivery in take(where: { $0.source === source && ids.contains($0.entry.id) }) {
      source.release(delivery)
    }
  }

  /// Takes out of the agent's hands what fulfils `condition`.
  private func take(where condition: (Delivery) -> Bool) -> [Delivery] {
    let taken = working.filter(condition)
    working.removeAll(where: condition)
    return taken
  }

  // MARK: The agent's code

  /// Comes to an end with one message: its outcome waits to be committed, or the host is dead.
  func work() {
    guard let index = working.indices.randomElement(using: &simulation.random) else { return }
    let delivery = working.remove(at: index)
    guard let message = SimulatedMessage(delivery, agent: self) else { return }
    if message.request.isPoison(at: message.envelope.stage) {
      return host.die(
        by: .killed(by: Ledger.Entry(stream: delivery.source.stream, id: delivery.entry.id)), at: delivery)
    }
    let settlement = message.outcome()
    simulation.log("\(life.incarnation) worked on \(message.envelope)")
    host.finished.append(settlement)
  }

  /// The host has heard that requests were cancelled.
  func cancel(_ requests: Set<String>) {
    for delivery in take(where: { requests.contains($0.entry.envelope?.request ?? "") }) {
      if let message = SimulatedMessage(delivery, agent: self) { host.finished.append(message.cancelled()) }
    }
  }

  /// The host ends: all that is not done goes back.
  func handBackAll() {
    for delivery in waiting { delivery.source.occupySlot(delivery) }
    handBack(waiting + working)
    waiting = []
    working = []
  }

  /// Whether the step would change anything.
  func hasUse(for step: Step) -> Bool {
    switch step {
    case .read, .readOwn: slots.free > 0
    case .work: !working.isEmpty
    case .commit: !host.finished.isEmpty || !host.unanswered.isEmpty
    case .redeliverSuspect: !suspectTakeovers.isEmpty
    default: true
    }
  }

  /// Everything that the host knows of, in work or not.
  var held: [Delivery] { waiting + working }
}
