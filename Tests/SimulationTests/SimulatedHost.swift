import NIOCore
import RedisClient
import SeededGenerator

@testable import AgentStreams

/// A host: its agents, its committer, and its clock.
@IOActor
final class SimulatedHost {
  let number: Int
  let stages: [Int]
  unowned let simulation: Simulation
  /// Milliseconds of its own.
  private(set) var clock = 1_000_000
  private(set) var life: Life?
  private(set) var agents: [SimulatedAgent] = []
  /// Outcomes that wait to be committed.
  var finished: [Settlement] = []
  /// Batches whose answer was lost.
  var unanswered: [[Settlement]] = []
  /// The suspect that was given out last.
  var suspectInWork: (source: DeliverySource, id: String)?
  private(set) var cancellations = Cancellations()
  /// Until when it stands still.
  private(set) var frozenUntil: Int?
  private var processID = 7
  /// Incarnations whose death its supervisor can prove, once it looks.
  private var dead: [String: DeadWorker] = [:]

  init(number: Int, stages: [Int], simulation: Simulation) {
    self.number = number
    self.stages = stages
    self.simulation = simulation
  }

  var isSuspectInWork: Bool { suspectInWork.map { $0.source.holds($0.id) } ?? false }
  var isRunning: Bool { life != nil && frozenUntil == nil }
  var deadline: NIODeadline { .uptimeNanoseconds(UInt64(clock) * 1_000_000) }
  private var key: String { simulation.keys.host(life?.incarnation ?? "") }

  // MARK: Life and death

  /// `knowsDead`: whether it takes over what its earlier lives held, or leaves that to their leases.
  func start(knowsDead: Bool, keepsProcessID: Bool) async throws {
    if !keepsProcessID { processID += 1 }
    let incarnation = simulation.newIncarnation()
    let life = Life(incarnation: incarnation)
    self.life = life
    simulation.log(
      "host \(number) starts as \(incarnation)\(knowsDead ? ", knowing \(dead.keys.sorted())" : "")")
    cancellations = Cancellations()
    try await announce()
    agents = stages.enumerated().map { index, stage in
      let name = ConsumerName(
        agentID: "host\(number):\(processID):\(index + 1)", incarnation: incarnation)
      simulation.lives[name.description] = life
      simulation.agentIDs[stage].append(name.agentID)
      return SimulatedAgent(
        stage: stage, name: name, host: self, life: life, capacity: simulation.capacity(),
        dead: knowsDead ? dead : [:])
    }
    for agent in agents { try await agent.begin() }
  }

  /// Loses all that it has in memory.
  func die(by end: Life.End, at delivery: Delivery? = nil) {
    guard let life else { return }
    simulation.log("host \(number), \(life.incarnation), ends: \(end)")
    if let delivery { simulation.suspects.died(of: delivery, with: self) }
    life.end(by: end)
    dead[life.incarnation] = DeadWorker(life.incarnation, charged: record(of: end, at: delivery))
    self.life = nil
    agents = []
    finished = []
    unanswered = []
    suspectInWork = nil
    frozenUntil = nil
  }

  /// What the host had written down of its death: which entry it was, or all that were in the hands of its agents, or
  /// nothing at all.
  private func record(of end: Life.End, at delivery: Delivery?) -> [String: [String]]? {
    if simulation.random.chance(4) { return nil }
    let charged = delivery.map { [$0] } ?? agents.flatMap(\.working)
    return Dictionary(grouping: charged, by: \.source.stream).mapValues { $0.map(\.entry.id) }
  }

  /// Everything that its agents hold and have not finished, and what has not been committed.
  var held: [Delivery] { agents.flatMap(\.held) + finished.map(\.delivery) }

  /// Ends as it should: what is not done goes back, and its consumers leave.
  func end() async throws {
    for agent in agents { agent.handBackAll() }
    while !finished.isEmpty || !unanswered.isEmpty {
      try await commit(all: true)
    }
    if agents.allSatisfy({ $0.heldCount == 0 }) {
      for agent in agents {
        for source in agent.lanes.sources {
          try await ConsumerGroups.leave(source, consumer: source.consumer, client: simulation.client)
        }
        guard let name = ConsumerName(agent.own.consumer) else { continue }
        try await ConsumerGroups.retireAgentStream(
          of: name, role: agent.role, keys: simulation.keys, client: simulation.client)
      }
    }
    _ = try await simulation.client.send(RedisCommand("DEL", key))
    die(by: .asItShould)
  }

  // MARK: Time

  func advance(by milliseconds: Int) {
    if let end = frozenUntil {
      guard simulation.now >= end else { return }
      frozenUntil = nil
      life?.isFrozen = false
      life?.disturb(at: simulation.now)
      simulation.log("host \(number) goes on")
    } else {
      clock += milliseconds
    }
  }

  func freeze(for milliseconds: Int) {
    simulation.log("host \(number) stands still for \(milliseconds)")
    frozenUntil = simulation.now + milliseconds
    life?.isFrozen = true
  }

  /// What timers do: it says that it lives, and renews what it holds.
  func keep() async throws {
    try await announce()
    if simulation.mutation == .noRenewals { return }
    for agent in agents { try await agent.renew() }
  }

  private func announce() async throws {
    _ = try await StreamScript.announce.call(
      simulation.client, keys: [key], [String(simulation.lease / 2), "host", String(number)])
  }

  /// The server was away for everybody.
  func missServer() {
    for agent in agents {
      agent.pace.failed()
      agent.recovererMayHaveMissed = true
      agent.readerMayHaveMissed = true
      agent.ownReaderMayHaveMissed = true
    }
  }

  func refreshCancellations() async throws {
    let new = try await cancellations.refresh(simulation.client, keys: simulation.keys)
    for agent in agents { agent.cancel(new) }
  }

  /// Passes a command over the network.
  func pass<Answer>(
    _ what: String, _ command: @escaping @IOActor () async throws -> Answer
  ) async throws -> Answer? {
    try await simulation.network.pass(what, in: simulation, command)
  }
}
