import Foundation
import RedisTestServer
import Testing

@Suite("Figures of one system, by all that shows them")
struct FiguresAgreeTests {
  private static let roles = ["manager", "uppercase", "reverse"]

  private func status(_ system: RunningSystem) async throws -> [String: [String: Any]] {
    let shown = try await Finished.agenthost(on: system.server, "status", "--json")
    let read = try JSONSerialization.jsonObject(with: Data(shown.output.utf8)) as? [String: Any]
    let roles = try #require(read?["roles"] as? [[String: Any]])
    return Dictionary(roles.map { ($0["role"] as? String ?? "", $0) }) { first, _ in first }
  }

  @Test("under load and after it, status, top, metrics, statistics and XINFO say the same")
  func agree() async throws {
    let monitor = try MonitorClient()
    let folder = try TemporaryFolder()
    let system = try await RunningSystem(
      AgentsFolder.demo + ["StatsAgent"],
      settings: monitor.settings.merging([
        "LOG_DIR": folder.path(of: "log"), "REPORT_INTERVAL_SECONDS": "0.5",
      ]) { $1 })
    let load = BackgroundLoad(url: system.server.url, inFlight: 8)
    let counts = try await load.run {
      try await load.waitForAnswers(200)
      _ = try await Finished.agenthost(on: system.server, "role", "pause", "reverse")
      // All requests that are under way come to wait for the one role.
      try await RedisTestServer.wait(until: "all requests under way wait") {
        try system.wire.integer("XLEN", "stream:role:reverse") == 8 && system.wire.pending(of: "reverse") == 0
      }
      try await waiting(8, system, monitor)
      _ = try await Finished.agenthost(on: system.server, "role", "resume", "reverse")
      try await load.waitForAnswers()
    }
    #expect(counts.faults == [])
    try await done(counts.right, system, monitor, folder)
    #expect(try await system.host.stop() == 0, "\(system.host.log)")
  }

  private func waiting(_ count: Int, _ system: RunningSystem, _ monitor: MonitorClient) async throws {
    try await monitor.wait(until: "metrics say what waits") {
      $0["agenthost_role_waiting{role=\"reverse\"}"] == Double(count)
        && $0["agenthost_role_paused{role=\"reverse\"}"] == 1
        && $0["agenthost_role_in_work{role=\"reverse\"}"] == 0
        && ($0["agenthost_role_oldest_waiting_seconds{role=\"reverse\"}"] ?? 0) > 0
    }
    let role = try #require(try await status(system)["reverse"])
    #expect(role["waiting"] as? Int == count && role["in_work"] as? Int == 0)
    #expect(role["oldest_waiting_seconds"] as? Double ?? 0 > 0)
    let top = try await Finished.agenthost(on: system.server, "top", "--once", "--filter", "reverse")
    let line = try #require(top.output.split(separator: "\n").first { $0.hasPrefix("reverse") })
    #expect(line.split(separator: " ").contains("\(count)"), "\(top.output)")
    let listed = try await Finished.agenthost(on: system.server, "role", "ls", "--json")
    #expect(listed.output.contains(#""waiting":\#(count)"#), "\(listed.output)")
  }

  private func done(
    _ requests: Int, _ system: RunningSystem, _ monitor: MonitorClient, _ folder: TemporaryFolder
  ) async throws {
    for role in Self.roles { try await system.wire.waitUntilIdle(role) }
    let added = try Dictionary(
      uniqueKeysWithValues: Self.roles.map { ($0, try system.wire.entriesAdded(to: $0)) })
    #expect(added == ["manager": 3 * requests, "uppercase": requests, "reverse": requests])
    try await monitor.wait(until: "metrics say what was done") { figures in
      added.allSatisfy { role, count in
        figures["agenthost_messages_total{role=\"\(role)\",place=\"main\"}"] == Double(count)
          && figures["agenthost_message_seconds_count{role=\"\(role)\",place=\"main\"}"] == Double(count)
          && figures["agenthost_role_waiting{role=\"\(role)\"}"] == 0
      }
    }
    let figures = try await monitor.figures()
    #expect(figures["agenthost_commits_total{status=\"done\"}"] == Double(5 * requests))
    try await RedisTestServer.wait(until: "status says what was done") {
      let status = try await status(system)
      return added.allSatisfy { role, count in status[role]?["runs"] as? Int == count }
    }
    try await RedisTestServer.wait(until: "the statistics say what was done") {
      let path = folder.path(of: "log/agent_statistics.txt")
      let text = (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""  // it may be written just now
      return text.contains("Total Runs: \(5 * requests) |") && text.contains("Total Envelopes: \(requests) |")
        && added.allSatisfy { role, count in text.contains("\(role): \(count) |") }
    }
  }
}
