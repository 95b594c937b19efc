import AgentClient
import Foundation
import RedisTestServer
import Testing

/// Three hosts under load, whose workers, connections and whole processes are killed, and stopped and continued, at
/// random: 15 seconds by default; `make chaos` gives it two minutes and more.
@Suite("Chaos with real processes", .heavy, .serialized)
struct ChaosTests {
  @Test("each request is answered, once and right, whatever dies", .timeLimit(.minutes(15)))
  func everythingDies() async throws {
    let plan = ChaosPlan.current
    let server = try await RedisTestServer()
    let crowd = try ChaosCrowd(server: server, hosts: 3)
    try await crowd.waitUntilReady()
    let load = ChaosLoad(server: server, requests: plan.requests, duration: plan.duration)
    async let outcome = load.run()
    let kills = try await crowd.torment(until: load, seed: plan.seed, pause: plan.pause)
    let result = try await outcome
    print(
      "chaos: seed \(plan.seed), \(result.answered) requests in \(Int(result.seconds)) s, \(kills.description)"
    )
    #expect(result.wrong == [], "seed \(plan.seed)")
    #expect(result.answered >= plan.requests)
    #expect(kills.total >= plan.leastKills, "\(kills.description)")
    try await crowd.expectNothingLeft(results: result.answered)
    try await crowd.stop()
    #expect(crowd.remainingProcesses() == [], "orphans")
  }
}

/// How long, how much, and from which seed.
struct ChaosPlan {
  let duration: Duration
  let requests: Int
  let leastKills: Int
  /// Between two blows, at the most.
  let pause: Duration
  let seed: UInt64

  static var current: ChaosPlan {
    let environment = ProcessInfo.processInfo.environment
    let seconds = environment["AGENTHOST_CHAOS_SECONDS"].flatMap { Int($0) } ?? 15
    let seed = environment["AGENTHOST_CHAOS_SEED"].flatMap { UInt64($0) } ?? .random(in: .min ... .max)
    return ChaosPlan(
      duration: .seconds(seconds), requests: seconds >= 120 ? 10_000 : 300,
      leastKills: seconds >= 120 ? 300 : 8, pause: .milliseconds(seconds >= 120 ? 250 : 500), seed: seed)
  }
}
