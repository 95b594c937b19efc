import NIOCore
import RedisClient
import SeededGenerator

@testable import AgentStreams

/// What may happen next.
enum Step: CaseIterable, Sendable {
  // What producers do.
  case send, cancel, flood
  // What hosts do.
  case read, readOwn, work, commit, sweep, redeliverSuspect, moveDue, clear, refreshCancellations
  // What becomes of hosts.
  case start, hostCrash, stop
  // What becomes of workers.
  case begin, crash, freeze, replace, obey, look
  // What the world does.
  case tick, moment, jump, absence, lateCommand, forgetScripts, lift
}

extension Simulation {
  func step() async throws {
    switch character.nextStep(random: &random) {
    case .send: try await send()
    case .cancel: try await cancel()
    case .flood: try await flood()
    case .start: startHost()
    case .hostCrash: hosts.filter(\.isUp).randomElement(using: &random)?.crash()
    case .stop: hosts.filter(\.isUp).randomElement(using: &random)?.stop()
    case .begin: try await workers.filter { !$0.hasBegun }.randomElement(using: &random)?.start()
    case .crash: workers.randomElement(using: &random)?.die(by: .crash)
    case .freeze: aRunningWorker?.freeze(for: lease / 6 * Int.random(in: 3...15, using: &random))
    case .replace: aRunningWorker.map { $0.host.replace($0) }
    case .obey: try await obey()
    case .look: try await aRunningWorker?.look()
    case .tick: try await tick()
    case .moment: try await advance(by: Int.random(in: 50...6_000, using: &random))
    case .lift: try await lift(Int.random(in: Self.roles.indices, using: &random))
    case .jump: try await jump()
    case .absence: try await absence()
    case .lateCommand: try await network.deliverLate(in: self)
    case .forgetScripts:
      log("SCRIPT FLUSH")
      _ = try await client.send(RedisCommand("SCRIPT", "FLUSH"))
    case let step: try await hostStep(step)
    }
  }

  private func hostStep(_ step: Step) async throws {
    let agents = runningWorkers.flatMap(\.agents)
    guard let agent = agents.filter({ $0.hasUse(for: step) }).randomElement(using: &random) else { return }
    let worker = agent.worker
    log("\(worker.incarnation), role \(agent.role): \(step)")
    switch step {
    case .read: try await agent.read()
    case .readOwn: try await agent.readOwn()
    case .work: agent.work()
    case .commit: try await worker.commit()
    case .sweep: try await agent.sweep()
    case .redeliverSuspect: try await agent.redeliverSuspect()
    case .moveDue: try await moveDue(agent.role)
    case .clear: try await clear(agent)
    default: try await worker.refreshCancellations()
    }
  }

  private var aRunningWorker: SimulatedWorker? { runningWorkers.randomElement(using: &random) }

  /// Whoever was told to end does; one that has not begun is just gone.
  private func obey() async throws {
    let told = workers.filter { $0.isToldToEnd && ($0.isRunning || !$0.hasBegun) }
    try await told.randomElement(using: &random)?.end()
  }

  private func startHost() {
    guard let host = hosts.filter({ !$0.isUp }).randomElement(using: &random) else { return }
    host.start(knowsDead: !random.chance(3), keepsProcessID: random.chance(2))
  }

  // MARK: Time

  /// A little time goes by, and timers fire.
  func tick() async throws {
    let milliseconds = lease / 12 * Int.random(in: 1...2, using: &random)
    log("\(milliseconds) ms go by")
    try await advance(by: milliseconds)
    for worker in workers.shuffled(using: &random) where worker.isRunning {
      try await worker.keep()
      for agent in worker.agents where random.chance(4) { try await agent.sweep() }
      if random.chance(4) { try await worker.look() }
    }
  }

  /// The whole machine stood still, and no host's clock saw it.
  private func jump() async throws {
    let milliseconds = lease / 6 * Int.random(in: 4...18, using: &random)
    log("\(milliseconds) ms are gone")
    for life in lives.values { life.disturb(at: now + milliseconds) }
    try await advance(by: milliseconds)
  }

  /// Nobody can reach the server for longer than a lease.
  private func absence() async throws {
    let milliseconds = lease / 6 * Int.random(in: 7...12, using: &random)
    log("the server is away for \(milliseconds) ms")
    try await advance(by: milliseconds)
    for worker in runningWorkers { worker.missServer() }
    // Who begins now finds what nobody could renew.
    if random.chance(2) { startHost() }
    guard let worker = workers.first(where: { !$0.hasBegun }) else { return }
    try await worker.start()
    for agent in worker.agents { try await agent.sweep() }
  }

  // MARK: Upkeep

  /// What is due goes into its role's streams.
  func moveDue(_ role: String) async throws {
    let moving = DelayedMessages(client: client, keys: keys, logger: silentLogger) { [] }
    _ = try await moving.moveDue([role])
    let left = try await client.send(RedisCommand("ZRANGE", keys.delayed(role), "0", "-1"))
    for member in left.root.elements?.compactMap(\.string) ?? [] {
      let text = member.split(separator: "\n").last.map(String.init) ?? member
      guard let envelope = SimulatedEnvelope(text), let due = ledger.dueTime(of: envelope), due <= now
      else { continue }
      ledger.violate(.order, "\(text) was due \(now - due) ms ago, and was not moved")
    }
  }

  /// Ghosts and acknowledged entries go, by the real janitor, which has no patience here.
  func clear(_ agent: SimulatedAgent) async throws {
    let janitor = Janitor(
      client: client, keys: keys, policy: LeasePolicy(lease: .milliseconds(-1)), logger: silentLogger
    ) { [] }
    for source in agent.lanes.sources { await janitor.clear(source) }
  }
}
