import AgentRuntime
import Logging
import NIOCore
import RedisClient
import SeededGenerator

@testable import AgentStreams

/// Some hosts that pass messages along a chain of roles, on a real server and with the real scripts, one command
/// after the other, as a seed says. Nothing runs at the same time, no timer fires, and time is moved from here.
@IOActor
final class Simulation {
  static let roles = ["a", "b", "c"]

  let seed: UInt64
  let client: RedisClient
  let keys = Keys()
  let mutation: Mutation?
  let scripts: ScriptsUnderTest
  let policy: LeasePolicy
  /// In milliseconds.
  let lease = 600_000
  let character: Character
  var random: SeededGenerator
  let ledger = Ledger()
  let suspects: Suspects
  let crashes: CrashCount
  let network = Network()
  private(set) var now = 0
  private(set) var hosts: [SimulatedHost] = []
  /// By the names of their consumers.
  var lives: [String: Life] = [:]
  /// Of all agents that ever were, by stage.
  var agentIDs: [[String]] = [[], [], []]
  var requestIDs: [String] = []
  /// Whether anything may still go wrong.
  var hasFaults = true
  /// Whether all streams have been made.
  private(set) var hasBegun = false
  private(set) var steps = StepLog()
  private var incarnations = 0
  private var requests = 0

  init(seed: UInt64, client: RedisClient, mutation: Mutation? = nil) throws {
    self.seed = seed
    self.client = client
    self.mutation = mutation
    scripts = try ScriptsUnderTest(mutation)
    var random = SeededGenerator(seed: seed)
    character = Character(random: &random)
    policy = LeasePolicy(
      lease: .milliseconds(Int64(lease)), maximumDeliveries: Int.random(in: 3...5, using: &random))
    let quarantineLimit = Int.random(in: 2...6, using: &random)
    suspects = Suspects(policy: policy, quarantineLimit: quarantineLimit, ledger: ledger)
    crashes = CrashCount(keys: keys, window: .hours(10_000), limit: quarantineLimit)
    self.random = random
  }

  /// Runs the whole schedule of the seed. Throws a ``Violation``.
  func run() async throws {
    _ = try await client.send(RedisCommand("FLUSHALL"))
    try await makeHosts()
    network.faultRate = character.networkFaultRate
    for _ in 0..<character.length {
      try await step()
      try checkEvents()
      if random.chance(12) { try await audit() }
    }
    try await audit()
    try await drain()
    hosts = []
  }

  private func makeHosts() async throws {
    let count = [1, 2, 2, 3, 3, 4].randomElement(using: &random) ?? 2
    for number in 0..<count {
      let stages = Self.roles.indices.filter { $0 % count == number || !random.chance(3) }
      let host = SimulatedHost(number: number, stages: stages, simulation: self)
      hosts.append(host)
      host.start(knowsDead: false, keepsProcessID: false)
      for worker in host.workers { try await worker.start() }
    }
    hasBegun = true
  }

  var workers: [SimulatedWorker] { hosts.flatMap(\.workers) }

  var runningWorkers: [SimulatedWorker] { workers.filter(\.isRunning) }

  var agents: [SimulatedAgent] { workers.flatMap(\.agents) }

  /// The stage's code is under quarantine from now on.
  func quarantined(_ stage: Int) {
    log("the code of role \(Self.roles[stage]) is under quarantine")
    suspects.quarantined(stage, at: steps.count)
  }

  /// An operator lets the code in again.
  func lift(_ stage: Int) async throws {
    log("the code of role \(Self.roles[stage]) is let in again")
    try await DesiredChange.lift(hash: SimulatedWorker.hash(of: stage)).make(client, keys: keys)
    suspects.lifted(stage)
  }

  func log(_ line: String) {
    steps.append(line)
  }

  func newIncarnation() -> String {
    incarnations += 1
    let digits = String(incarnations)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }

  func newRequestID() -> String {
    requests += 1
    return "r\(requests)"
  }

  func capacity() -> Int { Int.random(in: 1...5, using: &random) }

  /// The server has given an entry of `owner` to `consumer`, and counts that as a delivery.
  func takenOver(_ entry: Ledger.Entry, deliveries: Int, by consumer: String, knowing takeover: Takeover) {
    if let owner = ledger.owner(of: entry),
      takeover.dead.contains(where: { $0.name == owner && $0.isKnown && !$0.charged.contains(entry.id) })
    {
      if deliveries > ledger.counted(entry) {
        ledger.violate(.innocents, "\(entry.id) of \(entry.stream) is charged with the death of \(owner)")
      }
      ledger.forgive(entry)
    }
    if let owner = ledger.owner(of: entry), lives[owner]?.isWell(at: now, for: lease * 7 / 6) == true,
      knows(owner, of: entry)
    {
      ledger.violate(
        .innocents, "\(entry.id) of \(entry.stream) was taken from \(owner), with which nothing was wrong")
    }
    log("  took \(entry.id), delivery \(deliveries)")
    ledger.owns(entry, consumer, deliveries: deliveries)
  }

  /// Whether the agent with this consumer knows that it has the entry: an answer may have been lost.
  private func knows(_ consumer: String, of entry: Ledger.Entry) -> Bool {
    let sources = agents.filter { $0.own.consumer == consumer }.flatMap(\.sources)
    return sources.contains { $0.stream == entry.stream && $0.holds(entry.id) }
  }

  func advance(by milliseconds: Int) async throws {
    now += milliseconds
    try await SimulatedServerTime.advance(by: milliseconds, client)
    for worker in workers { worker.advance(by: milliseconds) }
    for host in hosts { host.timer() }
  }

  @discardableResult
  func audit() async throws -> Audit {
    let audit = try await Audit(client)
    audit.check(ledger)
    try checkEvents()
    return audit
  }

  func checkEvents() throws {
    guard let (invariant, detail) = ledger.violation else { return }
    throw Violation(seed: seed, invariant: invariant, detail: detail, steps: steps.last)
  }
}
