import Foundation
import Testing

/// How many seeds there are, and which one alone.
enum SimulationEnvironment {
  private static let usualCount: UInt64 = 50

  static var seeds: [UInt64] {
    let environment = ProcessInfo.processInfo.environment
    if let seed = environment["AGENTHOST_SIMULATION_SEED"].flatMap(UInt64.init) { return [seed] }
    return Array(1...(environment["AGENTHOST_SIMULATION_SEEDS"].flatMap(UInt64.init) ?? usualCount))
  }

  /// Servers that are used at once.
  static let lanes = 2
}

@Suite struct SimulationTests {
  @Test func `The invariants of delivery hold, whatever happens`() async throws {
    let start = ContinuousClock.now
    let seeds = SimulationEnvironment.seeds
    let counts = try await withThrowingTaskGroup(of: SimulationCounts.self) { group in
      for lane in 0..<min(SimulationEnvironment.lanes, seeds.count) {
        group.addTask {
          try await simulate(
            stride(from: lane, to: seeds.count, by: SimulationEnvironment.lanes).map { seeds[$0] })
        }
      }
      return try await group.reduce(into: SimulationCounts()) { $0.add($1) }
    }
    print(
      "\(counts.seeds) seeds, \(counts.steps) steps, \(counts.commands) commands, \(counts.deliveries) deliveries,",
      "\(counts.unluckyDeadLetters) unlucky dead letters, in \(ContinuousClock.now - start)")
    for violation in counts.violations { Issue.record(violation) }
    if counts.violations.isEmpty { #expect(counts.seeds == seeds.count) }
  }
}
