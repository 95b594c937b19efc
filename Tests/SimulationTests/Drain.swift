import RedisClient
import SeededGenerator

@testable import AgentStreams

/// The end of every seed: nothing goes wrong any more, time goes on, and the hosts work until nothing is left.
extension Simulation {
  private static let maximumRounds = 150
  /// Turns of one host in a round.
  private static let maximumTurns = 100

  func drain() async throws {
    log("faults stop")
    network.faultRate = nil
    hasFaults = false
    while network.hasLate { try await network.deliverLate(in: self) }
    var audit = try await audit()
    for _ in 0..<Self.maximumRounds {
      for host in hosts { try await round(of: host) }
      for _ in 0..<2 {
        try await advance(by: lease / 6)
        for host in hosts where host.isRunning { try await host.keep() }
      }
      let isClean = isClean(audit)
      for role in Self.roles {
        try await moveDue(role)
        if !isClean, random.chance(2), let agent = livingAgents.first(where: { $0.role == role }) {
          try await clear(agent)
        }
      }
      audit = try await self.audit()
      if audit.isDrained, self.isClean(audit) { return try check(audit) }
    }
    if !audit.isDrained {
      let left = audit.items.filter { ["entry", "pending", "delayed"].contains($0.kind) }
      ledger.violate(
        .nothingLost,
        "after \(Self.maximumRounds) rounds there is still \(left.map { "\($0.kind) \($0.key) \($0.name) \($0.value)" })"
      )
    }
    try check(audit)
  }

  private var livingAgents: [SimulatedAgent] { hosts.flatMap(\.agents) }

  private func isClean(_ audit: Audit) -> Bool {
    let consumers = Set(livingAgents.map(\.own.consumer))
    let streams = Set(livingAgents.map(\.own.stream))
    return audit.items("consumer").allSatisfy { consumers.contains($0.name) }
      && audit.items("stream").allSatisfy { !$0.key.hasPrefix("stream:agent:") || streams.contains($0.key) }
  }

  private func check(_ audit: Audit) throws {
    audit.checkEnd(
      ledger, living: Set(livingAgents.map(\.own.consumer)), agents: Set(livingAgents.map(\.own.stream)))
    try checkEvents()
  }

  private func round(of host: SimulatedHost) async throws {
    if host.life == nil {
      try await host.start(knowsDead: random.chance(2), keepsProcessID: random.chance(2))
    }
    guard host.isRunning else { return }
    for agent in host.agents where random.chance(2) { try await agent.sweep() }
    for _ in 0..<Self.maximumTurns {
      let deliveries = ledger.deliveries
      for agent in host.agents {
        try await agent.read()
        try await agent.readOwn()
        try await agent.redeliverSuspect()
        while host.isRunning, !agent.working.isEmpty { agent.work() }
        try checkEvents()
        guard host.isRunning else { return }
      }
      let commits = !host.finished.isEmpty || !host.unanswered.isEmpty
      while !host.finished.isEmpty || !host.unanswered.isEmpty { try await host.commit(all: true) }
      try checkEvents()
      if !commits, deliveries == ledger.deliveries, host.agents.allSatisfy(\.hasAskedAllLanes) { return }
    }
  }
}
