import Logging
import RedisTestServer
import Testing

@testable import AgentPlugins

@Suite struct WatchdogTests {
  @Test func `The pool is asked for a beat before any code of an agent can have it`() async throws {
    let file = try RecordFile()
    let limits = Watchdog.Limits(stall: .seconds(1), lostThread: .seconds(30), memory: 0)
    // Longer than any test waits: what comes is from the start alone.
    let watchdog = Watchdog(
      record: file.record, limits: limits, interval: .seconds(86_400), logger: Logger(label: "test")
    ) { _ in }
    watchdog.start()
    try await RedisTestServer.wait(until: "the pool has had a beat", within: .seconds(20)) {
      watchdog.pulse.beats == 1
    }
  }
}
