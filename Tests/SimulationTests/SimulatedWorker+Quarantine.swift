import NIOCore
import RedisClient

@testable import AgentStreams

/// What a worker looks for now and then: workers of its host that have died, and code that must not run.
extension SimulatedWorker {
  func look() async throws {
    try await lookForDead()
    try await refreshQuarantine()
    for agent in agents where quarantined.contains(agent.stage) { try await unload(agent) }
    for stage in host.stages where !quarantined.contains(stage) {
      if !agents.contains(where: { $0.stage == stage }) { try await load(stage) }
    }
    if isOnProbation, agents.allSatisfy(\.isClearOfSuspects) { host.cleared(by: self) }
  }

  /// Their code is called to account, and what they held is to be taken over.
  func lookForDead() async throws {
    for (incarnation, death) in host.dead.sorted(by: { $0.key < $1.key }) {
      if let stage = death.stage, !host.accounted.contains(incarnation) {
        try await count(incarnation, stage)
      }
    }
    for agent in agents { agent.learn(of: host.dead.mapValues(\.worker)) }
  }

  private func count(_ incarnation: String, _ stage: Int) async throws {
    let result = try await pass("counting the death of \(incarnation)") { [simulation] in
      let result = try await simulation.crashes.count(
        incarnation, hash: Self.hash(of: stage), Quarantine(file: "", reason: "", since: 0),
        client: simulation.client)
      simulation.suspects.counted(incarnation, stage)
      if result.isQuarantined { simulation.quarantined(stage) }
      return result
    }
    if result == nil {
      simulation.suspects.mayCountAgain(incarnation)
    } else if simulation.mutation != .countsAgain {
      host.accounted.insert(incarnation)
    }
  }

  func refreshQuarantine() async throws {
    let wanted = try await pass("what operators want") { [simulation] in
      try await DesiredState.read(simulation.client, keys: simulation.keys)
    }
    guard let wanted, simulation.mutation != .loadsQuarantined else { return }
    quarantined = Set(
      Simulation.roles.indices.filter { wanted.quarantined[Self.hash(of: $0)] != nil })
  }

  static func hash(of stage: Int) -> String { "code of \(Simulation.roles[stage])" }
}
