import NIOCore
import RedisClient

@testable import AgentStreams

/// An agent of a simulated worker: what its reader, its keeper of leases and its recoverer know, and what its code has
/// in work. Each of their loops is a function that takes one turn.
@IOActor
final class SimulatedAgent: DeliveryReceiver {
  let stage: Int
  let role: String
  let lanes: RoleLanes
  let own: DeliverySource
  let slots: Slots
  let worker: SimulatedWorker
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
  private(set) var known: [String: DeadWorker]
  /// Whether the last look has found no suspect, and would have found all that there are.
  var foundNone = false
  var recovererMayHaveMissed = false
  /// For streams with suspects that are to be redelivered, in turn.
  var suspectTakeovers: [Takeover] = []

  var simulation: Simulation { worker.simulation }
  var life: Life { worker.life }
  var isOnProbation: Bool { worker.isOnProbation }
  var sources: [DeliverySource] { lanes.sources + [own] }
  var heldCount: Int { lanes.heldCount + own.heldCount }
  var clock: NIODeadline { worker.deadline }

  init(stage: Int, name: ConsumerName, worker: SimulatedWorker, capacity: Int, dead: [String: DeadWorker]) {
    let keys = worker.simulation.keys
    self.stage = stage
    self.worker = worker
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
    pace = TakeoverPace(policy: worker.simulation.policy)
  }

  /// These have died meanwhile.
  func learn(of workers: [String: DeadWorker]) {
    for (incarnation, worker) in workers where known[incarnation] == nil {
      known[incarnation] = worker
      dead.insert(incarnation)
      foundNone = false
    }
  }

  /// Whether there is no suspect, neither in the server nor in work.
  var isClearOfSuspects: Bool { foundNone && suspectTakeovers.isEmpty && !worker.isSuspectInWork }

  /// Makes streams and groups, as a worker does before it reads.
  func begin() async throws {
    try await StreamGroups.join(lanes, own: own, send: simulation.client.send)
  }

  // MARK: Admission

  func receive(_ deliveries: [Delivery]) {
    for delivery in deliveries {
      simulation.ledger.counts(delivery)
      guard let message = SimulatedMessage(delivery, agent: self) else { continue }
      if message.total > simulation.policy.maximumDeliveries {
        worker.finished.append(message.givenUp())
      } else if worker.cancellations.contains(message.envelope.request) {
        worker.finished.append(message.cancelled())
      } else {
        simulation.ledger.gave(delivery, total: message.total, cap: simulation.policy.maximumDeliveries)
        working.append(delivery)
      }
    }
  }

  func handBack(_ deliveries: [Delivery]) {
    for delivery in deliveries {
      guard let message = SimulatedMessage(delivery, agent: self) else { continue }
      worker.finished.append(message.handedBack())
    }
  }

  func lost(_ ids: [StreamID], of source: DeliverySource) {
    for delivery in take(where: { $0.source === source && ids.contains($0.entry.position) }) {
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

  /// Comes to an end with one message: its outcome waits to be committed, or the worker is dead.
  func work() {
    guard let index = working.indices.randomElement(using: &simulation.random) else { return }
    let delivery = working.remove(at: index)
    guard let message = SimulatedMessage(delivery, agent: self) else { return }
    if message.request.isPoison(at: message.envelope.stage) {
      return worker.die(
        by: .killed(by: Ledger.Entry(stream: delivery.source.stream, id: delivery.entry.id)), at: delivery,
        stage: stage)
    }
    let settlement = message.outcome()
    simulation.log("\(life.incarnation) worked on \(message.envelope)")
    worker.finished.append(settlement)
  }

  /// The worker has heard that requests were cancelled.
  func cancel(_ requests: Set<String>) {
    for delivery in take(where: { requests.contains($0.entry.envelope?.request ?? "") }) {
      if let message = SimulatedMessage(delivery, agent: self) { worker.finished.append(message.cancelled()) }
    }
  }

  /// The worker ends: all that is not done goes back.
  func handBackAll() {
    for delivery in waiting { delivery.source.occupySlot(delivery) }
    handBack(waiting + working)
    waiting = []
    working = []
  }

  /// Whether the step would change anything.
  func hasUse(for step: Step) -> Bool {
    switch step {
    case .read, .readOwn: slots.free > 0 && !isOnProbation
    case .work: !working.isEmpty
    case .commit: !worker.finished.isEmpty || !worker.unanswered.isEmpty
    case .redeliverSuspect: !suspectTakeovers.isEmpty
    default: true
    }
  }

  /// Everything that the host knows of, in work or not.
  var held: [Delivery] { waiting + working }
}
