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
    #expect(Array(first[3...]) == ["7.0", "hidden", "true", "false"])
    #expect(system.host.log.contains("WatchingAgent failed when it was time: TooEarly()"))
    try await system.replaceWorker()
    try await system.host.waitForLog("watching: stopped, the host goes on")
    #expect(try await words(of: system)[0] == first[0], "it is the same session")
    #expect(try await system.host.stop() == 0, "\(system.host.log)")
    #expect(system.host.log.contains("watching: stopped, the host ends"))
  }

  @Test("where it is not granted, it knows nothing of the host's life")
  func grants() async throws {
    let system = try await RunningSystem(["TestAgents"], said: ["TestAgents": "grants: [log]\n"])
    let words = try await words(of: system)
    #expect(words[0] == "" && Array(words[3...]) == ["?", "hidden", "false", "false"])
    #expect(try await system.host.stop() == 0, "\(system.host.log)")
  }
}
