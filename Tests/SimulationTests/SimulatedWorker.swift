import AgentRuntime
import NIOCore
import RedisClient
import SeededGenerator

@testable import AgentStreams

/// A worker: its agents, its committer, and its clock.
@IOActor
final class SimulatedWorker {
  let place: WorkerPlaceName
  let processID: Int
  let incarnation: String
  unowned let host: SimulatedHost
  let life: Life
  /// Milliseconds of its own.
  private(set) var clock = 1_000_000
  /// None before it has begun.
  var agents: [SimulatedAgent] = []
  /// Outcomes that wait to be committed.
  var finished: [Settlement] = []
  /// Batches whose answer was lost.
  var unanswered: [[Settlement]] = []
  /// The suspect that was given out last.
  var suspectInWork: (source: DeliverySource, id: String)?
  private(set) var cancellations = Cancellations()
  /// Until when it stands still.
  private(set) var frozenUntil: Int?
  private(set) var hasBegun = false
  /// By the simulation's time.
  var readySince: Int?
  /// By its supervisor.
  var isToldToEnd = false
  /// Stages whose code it must not load.
  var quarantined: Set<Int> = []
  /// When it began, in steps.
  private(set) var begin = 0

  init(place: WorkerPlaceName, processID: Int, host: SimulatedHost) {
    self.place = place
    self.processID = processID
    self.host = host
    incarnation = host.simulation.newIncarnation()
    life = Life(incarnation: incarnation)
  }

  var simulation: Simulation { host.simulation }
  var isOnProbation: Bool { place.isProbation }
  var isSuspectInWork: Bool { suspectInWork.map { $0.source.holds($0.id) } ?? false }
  var isRunning: Bool { hasBegun && life.end == nil && frozenUntil == nil }
  var deadline: NIODeadline { .uptimeNanoseconds(UInt64(clock) * 1_000_000) }
  private var key: String { simulation.keys.host(incarnation) }

  // MARK: Life and death

  /// Comes up: says that it lives, finds out of what those before it have died, and loads what it may.
  func start() async throws {
    simulation.log("\(incarnation) begins at \(place) of host \(host.number)")
    hasBegun = true
    begin = simulation.steps.count
    try await announce()
    try await lookForDead()
    try await refreshQuarantine()
    for stage in host.stages where !quarantined.contains(stage) { try await load(stage) }
    host.ready(self)
  }

  /// Loses all that it has in memory.
  func die(by end: Life.End, at delivery: Delivery? = nil, stage: Int = 0) {
    guard life.end == nil else { return }
    simulation.log("\(incarnation) at \(place) of host \(host.number) ends: \(end)")
    if let delivery { simulation.suspects.died(of: delivery, stage: stage, with: self) }
    life.end(by: end)
    let death: SimulatedDeath? =
      switch (end, delivery) {
      case (.asItShould, _): nil
      case (_, let delivery?): .killed(self, by: delivery, stage: stage)
      case (_, nil): .unexplained(self)
      }
    agents = []
    finished = []
    unanswered = []
    suspectInWork = nil
    frozenUntil = nil
    if let death, let delivery { simulation.suspects.left(death, of: delivery, by: self) }
    host.exited(self, death)
  }

  /// Everything that its agents hold and have not finished, and what has not been committed.
  var held: [Delivery] { agents.flatMap(\.held) + finished.map(\.delivery) }

  /// Ends as it should: what is not done goes back, and its consumers leave.
  func end() async throws {
    for agent in agents { agent.handBackAll() }
    try await commitAll()
    for agent in agents where agent.heldCount == 0 { try await leave(agent) }
    _ = try await simulation.client.send(RedisCommand("DEL", key))
    die(by: .asItShould)
  }

  func commitAll() async throws {
    while !finished.isEmpty || !unanswered.isEmpty { try await commit(all: true) }
  }

  // MARK: Its agents

  func load(_ stage: Int) async throws {
    // An id is an agent's of its stage, also in another life.
    let name = ConsumerName(
      agentID: "host\(host.number):\(processID):\(stage + 1)", incarnation: incarnation)
    simulation.lives[name.description] = life
    simulation.agentIDs[stage].append(name.agentID)
    let agent = SimulatedAgent(
      stage: stage, name: name, worker: self, capacity: simulation.capacity(),
      dead: host.dead.mapValues(\.worker))
    agents.append(agent)
    try await agent.begin()
  }

  /// What it holds goes back, and its consumers leave.
  func unload(_ agent: SimulatedAgent) async throws {
    agent.handBackAll()
    try await commitAll()
    guard agent.heldCount == 0 else { return }
    try await leave(agent)
    agents.removeAll { $0 === agent }
  }

  private func leave(_ agent: SimulatedAgent) async throws {
    guard let name = ConsumerName(agent.own.consumer) else { return }
    // First: by its consumers an agent is missed.
    try await ConsumerGroups.retireAgentStream(
      of: name, role: agent.role, keys: simulation.keys, client: simulation.client)
    for source in agent.lanes.sources {
      try await ConsumerGroups.leave(source, consumer: source.consumer, client: simulation.client)
    }
  }

  // MARK: Time

  func advance(by milliseconds: Int) {
    if let end = frozenUntil {
      guard simulation.now >= end else { return }
      frozenUntil = nil
      life.isFrozen = false
      life.disturb(at: simulation.now)
      simulation.log("\(incarnation) goes on")
    } else {
      clock += milliseconds
    }
  }

  func freeze(for milliseconds: Int) {
    simulation.log("\(incarnation) stands still for \(milliseconds)")
    frozenUntil = simulation.now + milliseconds
    life.isFrozen = true
  }

  /// What timers do: it says that it lives, and renews what it holds.
  func keep() async throws {
    try await announce()
    if simulation.mutation == .noRenewals { return }
    for agent in agents { try await agent.renew() }
  }

  private func announce() async throws {
    _ = try await StreamScript.announce.call(
      simulation.client, keys: [key], [String(simulation.lease / 2), "host", String(host.number)])
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
