import Foundation
import RedisTestServer
import Testing

@Suite("An agent that listens, is called again and again, and watches others")
struct ObservingTests {
  private func words(of system: RunningSystem) async throws -> [String] {
    let text = try await system.wire.result(of: WireRequest(), from: "watching").payload.text ?? ""
    return text.split(separator: " ", omittingEmptySubsequences: false).map(String.init)
  }

  @Test("it hears what is said to its role and to all, in order, and knows the host's life")
  func listens() async throws {
    let system = try await RunningSystem(
      ["TestAgents"], settings: ["REPORT_INTERVAL_SECONDS": "7", "AGENTHOST_STALL_WARNING": "5"])
    try await system.waitForListeners()
    for number in 0..<50 { try system.server.cli("PUBLISH", "broadcast:role:watching", "n\(number)") }
    try system.server.cli("PUBLISH", "broadcast:all", "everybody")
    try system.server.cli("PUBLISH", "broadcast:role:slow", "not-for-us")
    let expected = (0..<50).map { "watching=n\($0)" } + ["all=everybody"]
    try await RedisTestServer.wait(until: "it has heard all, and was called") {
      let words = try await words(of: system)
      return words[1].split(separator: ",").map(String.init) == expected && words[2] == "called"
    }
    let first = try await words(of: system)
    #expect(Array(first[3...]) == ["7.0", "hidden", "true", "false", "true"])
    #expect(system.host.log.contains("WatchingAgent failed when it was time: TooEarly()"))
    try await system.replaceWorker()
    try await system.host.waitForLog("watching: stopped, the host goes on")
    #expect(try await words(of: system)[0] == first[0], "it is the same session")
    #expect(try await system.host.stop() == 0, "\(system.host.log)")
    #expect(system.host.log.contains("watching: stopped, the host ends"))
  }

  @Test("what it does again and again is cancelled when it does not end, and is not begun again")
  func endless() async throws {
    let folder = try TemporaryFolder()
    let file = folder.path(of: "file")
    try Data().write(to: URL(filePath: file))
    let system = try await RunningSystem(["TestAgents"], settings: ["TEST_TIMER_FILE": file])
    try await system.host.waitForLog("watching: time begins")
    try await system.host.waitForLog("did not end within 30.0 s what it does again and again")
    try await system.host.waitForLog("watching: time is cancelled")
    // Many times its interval.
    for _ in 0..<20 { _ = try await words(of: system) }
    let begun = system.host.log.components(separatedBy: "watching: time begins").count - 1
    #expect(begun == 1, "\(system.host.log)")
    #expect(try await system.host.stop() == 0, "\(system.host.log)")
  }

  @Test("it is stopped when what it does again and again has ended, and not before")
  func stopWaits() async throws {
    let folder = try TemporaryFolder()
    let file = folder.path(of: "file")
    try Data().write(to: URL(filePath: file))
    let system = try await RunningSystem(["TestAgents"], settings: ["TEST_TIMER_FILE": file])
    try await system.host.waitForLog("watching: time begins")
    try system.agents.say("timeout: 50\n", of: "TestAgents")
    try await system.reload()
    // The old agent's, and that of the one in its place.
    try await system.host.waitForLog("watching: time begins", times: 2)
    #expect(!system.host.log.contains("watching: stopped"), "\(system.host.log)")
    try FileManager.default.removeItem(atPath: file)
    try await system.host.waitForLog("watching: stopped, the host goes on")
    let log = system.host.log
    let (end, stop) = (log.range(of: "watching: time ends"), log.range(of: "watching: stopped"))
    #expect(try #require(end).lowerBound < #require(stop).lowerBound, "\(log)")
    #expect(try await system.host.stop() == 0, "\(system.host.log)")
  }

  @Test("where it is not granted, it knows nothing of the host's life")
  func grants() async throws {
    let system = try await RunningSystem(["TestAgents"], said: ["TestAgents": "grants: [log]\n"])
    let words = try await words(of: system)
    #expect(words[0] == "" && Array(words[3...]) == ["?", "hidden", "false", "false", "true"])
    #expect(try await system.host.stop() == 0, "\(system.host.log)")
  }
}
