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
      for stage in suspects.quarantinedStages { try await lift(stage) }
      for _ in 0..<2 {
        try await advance(by: lease / 6)
        for worker in runningWorkers { try await worker.keep() }
      }
      let isClean = isClean(audit)
      for role in Self.roles {
        try await moveDue(role)
        if !isClean, random.chance(2), let agent = agents.first(where: { $0.role == role }) {
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

  private func isClean(_ audit: Audit) -> Bool {
    let consumers = Set(agents.map(\.own.consumer))
    let streams = Set(agents.map(\.own.stream))
    return audit.items("consumer").allSatisfy { consumers.contains($0.name) }
      && hosts.allSatisfy { $0.workers.count == 1 && !$0.workers[0].isOnProbation }
      && audit.items("stream").allSatisfy { !$0.key.hasPrefix("stream:agent:") || streams.contains($0.key) }
  }

  private func check(_ audit: Audit) throws {
    audit.checkEnd(
      ledger, living: Set(agents.map(\.own.consumer)), agents: Set(agents.map(\.own.stream)))
    try checkEvents()
  }

  private func round(of host: SimulatedHost) async throws {
    if !host.isUp { host.start(knowsDead: random.chance(2), keepsProcessID: random.chance(2)) }
    for worker in host.workers where worker.life.end == nil {
      if worker.isToldToEnd, worker.isRunning || !worker.hasBegun {
        try await worker.end()
      } else if !worker.hasBegun {
        try await worker.start()
      }
      guard worker.isRunning else { continue }
      try await worker.look()
      for agent in worker.agents where random.chance(2) { try await agent.sweep() }
      try await work(worker)
    }
  }

  private func work(_ worker: SimulatedWorker) async throws {
    for _ in 0..<Self.maximumTurns {
      let deliveries = ledger.deliveries
      for agent in worker.agents {
        if !worker.isOnProbation {
          try await agent.read()
          try await agent.readOwn()
        }
        try await agent.redeliverSuspect()
        while worker.isRunning, !agent.working.isEmpty { agent.work() }
        try checkEvents()
        guard worker.isRunning else { return }
      }
      let commits = !worker.finished.isEmpty || !worker.unanswered.isEmpty
      try await worker.commitAll()
      try checkEvents()
      if !commits, deliveries == ledger.deliveries, worker.agents.allSatisfy(\.hasAskedAllLanes) { return }
    }
  }
}
