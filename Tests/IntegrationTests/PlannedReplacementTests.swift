import Foundation
import RedisTestServer
import Testing

/// Replacements one after the other while requests come in: 20 by default; `make replacements` makes it 200.
@Suite("Planned replacements, under load", .heavy, .serialized)
struct PlannedReplacementTests {
  private static let senders = 32
  /// Of each sender: together about 1,000 requests a second, where the build can do so many.
  private static let pace = Duration.milliseconds(32)

  private static var replacements: Int {
    ProcessInfo.processInfo.environment["AGENTHOST_REPLACEMENTS"].flatMap { Int($0) } ?? 20
  }

  @Test("no request is lost or doubled, however often the worker is replaced", .timeLimit(.minutes(15)))
  func inARow() async throws {
    let system = try await RunningSystem()
    let load = BackgroundLoad(url: system.server.url, inFlight: Self.senders, pace: Self.pace)
    let start = ContinuousClock.now
    var seen: Set<Int32> = [try system.host.workerProcessIdentifier()]
    let counts = try await load.run {
      for _ in 0..<Self.replacements { seen.insert(try await system.replaceWorker()) }
      try await load.waitForAnswers()
    }
    let seconds = (ContinuousClock.now - start) / .seconds(1)
    print(
      "replacements: \(Self.replacements) in \(Int(seconds)) s, \(counts.right) requests, "
        + "\(Int(Double(counts.right) / seconds))/s, p50 \(counts.percentile(50)), p99 \(counts.percentile(99)), "
        + "longest \(counts.durations.max() ?? .zero)")
    #expect(counts.faults == [], "\(system.host.log)")
    #expect(try system.wire.commandCount("lpush") == counts.right)
    #expect(seen.count == Self.replacements + 1)
    for role in ["manager", "uppercase", "reverse"] { try await system.wire.waitUntilIdle(role) }
    for sign in ["ended unasked", "killed", "handing back"] {
      #expect(!system.host.log.contains(sign), "\(sign)")
    }
    #expect(try await system.host.stop() == 0, "\(system.host.log)")
  }
}
