import Foundation
import RedisTestServer
import Testing

@Suite("The statistics' files")
struct StatisticsFileTests {
  private static let libraries = AgentsFolder.demo + ["StatsAgent"]

  private static func settings(_ folder: TemporaryFolder) -> [String: String] {
    ["LOG_DIR": folder.path(of: "log/of/agents"), "REPORT_INTERVAL_SECONDS": "0.5"]
  }

  private func contents(_ folder: TemporaryFolder, _ name: String) -> String {
    (try? String(contentsOfFile: folder.path(of: "log/of/agents/\(name)"), encoding: .utf8)) ?? ""
  }

  private func wait(
    for texts: [String], in folder: TemporaryFolder, _ name: String = "agent_statistics.txt"
  ) async throws {
    try await RedisTestServer.wait(until: "\(name) says \(texts)") {
      let contents = contents(folder, name)
      return texts.allSatisfy(contents.contains)
    }
  }

  @Test(
    "they say what was done and by whom, to the last message; the final one is written when the host ends")
  func files() async throws {
    let folder = try TemporaryFolder()
    let system = try await RunningSystem(Self.libraries, settings: Self.settings(folder))
    for _ in 0..<20 { _ = try await system.wire.result(of: WireRequest(text: "abc"), from: "manager") }
    try await wait(
      for: [
        "Total Runs: 100 |", "manager: 60 |", "reverse: 20 |", "uppercase: 20 |", "Total Envelopes: 20 |",
        "Average Process Count: 5.0 steps | Recent: 5.0 steps", "Active Agents: 3\n",
      ], in: folder)
    let live = contents(folder, "agent_statistics.txt")
    #expect(!live.contains(" stat ") && !live.contains("stat:"), "it is not in its own table: \(live)")
    #expect(contents(folder, "agent_final_statistics.txt") == "")
    // Of which no sign of life can tell any more.
    _ = try await system.wire.result(of: WireRequest(text: "abc"), from: "manager")
    #expect(try await system.host.stop() == 0, "\(system.host.log)")
    let final = contents(folder, "agent_final_statistics.txt")
    for text in [
      "Total Runs: 105 |", "Total Envelopes: 21 |", "SESSION SUMMARY:", "manager: 63 | 0 | 0.0%",
      "Active Agents: 3\n",
      "stopped ",
    ] { #expect(final.contains(text), "\(final)\(system.host.log)") }
    #expect(contents(folder, "agent_statistics.txt").contains("Total Runs: 105 |"))
  }

  @Test("a worker that is replaced, or dies, loses nothing that was said, and ends no session")
  func workers() async throws {
    let folder = try TemporaryFolder()
    let system = try await RunningSystem(Self.libraries + ["TestAgents"], settings: Self.settings(folder))
    for _ in 0..<4 { _ = try await system.wire.result(of: WireRequest(text: "abc"), from: "manager") }
    // Nobody need have reported it yet: the agent says it when it ends.
    try await system.replaceWorker()
    for _ in 0..<2 { _ = try await system.wire.result(of: WireRequest(text: "abc"), from: "manager") }
    try await wait(for: ["manager: 18 |", "Total Envelopes: 6 |"], in: folder)
    #expect(contents(folder, "agent_final_statistics.txt") == "")
    try await system.wire.send(WireRequest(text: "crash"), to: "crash")
    try await system.host.waitUntilReady(times: 3)
    _ = try await system.wire.result(of: WireRequest(text: "abc"), from: "manager")
    try await wait(for: ["manager: 21 |", "Total Envelopes: 7 |"], in: folder)
    #expect(contents(folder, "agent_final_statistics.txt") == "")
    _ = try await system.host.stop()
    #expect(contents(folder, "agent_final_statistics.txt").contains("manager: 21 |"), "\(system.host.log)")
  }

  @Test(
    "the final one is written too where the host ends while a worker that was replaced finishes what it holds"
  )
  func endDuringReplacement() async throws {
    let folder = try TemporaryFolder()
    let system = try await RunningSystem(Self.libraries + ["TestAgents"], settings: Self.settings(folder))
    let slow = WireRequest(payload: #"{"seconds":3}"#)
    try await system.wire.send(slow, to: "slow")
    try await system.host.waitForLog("slow: begins \(slow.messageID)")
    let told = try await Finished.agenthost(on: system.server, "worker", "replace")
    #expect(told.status == 0, "\(told)")
    try await system.host.waitUntilReady(times: 2)
    _ = try await system.wire.result(of: WireRequest(text: "abc"), from: "manager")
    #expect(try await system.host.stop() == 0, "\(system.host.log)")
    let final = contents(folder, "agent_final_statistics.txt")
    #expect(final.contains("SESSION SUMMARY:") && final.contains("slow: 1 |"), "\(final)\(system.host.log)")
  }

  @Test("two hosts that share a folder have files of their own, and each says what the agents of both do")
  func twoHosts() async throws {
    let folder = try TemporaryFolder()
    let first = try await RunningSystem(Self.libraries, settings: Self.settings(folder))
    let second = try await RunningSystem(
      Self.libraries, server: first.server, settings: Self.settings(folder))
    for _ in 0..<10 { _ = try await first.wire.result(of: WireRequest(text: "abc"), from: "manager") }
    let texts = ["Total Runs: 50 |", "Total Envelopes: 10 |", "Active Agents: 6\n"]
    try await wait(for: texts, in: folder)
    let files = try FileManager.default.contentsOfDirectory(atPath: folder.path(of: "log/of/agents"))
    let others = files.filter {
      $0.hasPrefix("agent_statistics.") && $0.hasSuffix(".txt") && $0 != "agent_statistics.txt"
    }
    #expect(others.count == 1, "\(files)")
    let own = try #require(others.first)
    try await wait(for: texts, in: folder, own)
    #expect(try await first.host.stop() == 0, "\(first.host.log)")
    // Its files are free now, and not the other's.
    let ended = contents(folder, "agent_statistics.txt")
    try await second.replaceWorker()
    _ = try await second.wire.result(of: WireRequest(text: "abc"), from: "manager")
    try await wait(for: ["Total Runs: 55 |", "Total Envelopes: 11 |", "Active Agents: 3\n"], in: folder, own)
    #expect(try await second.host.stop() == 0, "\(second.host.log)")
    #expect(contents(folder, "agent_statistics.txt") == ended)
    let final = contents(folder, own.replacing("agent_statistics", with: "agent_final_statistics"))
    #expect(final.contains("Total Runs: 55 |") && final.contains("SESSION SUMMARY:"), "\(final)")
  }

  @Test("whoever asks the agent gets the report; a folder that can't be made keeps it out, and nobody else")
  func asked() async throws {
    let folder = try TemporaryFolder()
    try Data().write(to: URL(fileURLWithPath: folder.path(of: "log")))
    let system = try await RunningSystem(Self.libraries, settings: Self.settings(folder))
    #expect(
      system.host.log.contains("log/: can't be made: Not a directory")
        || system.host.log.contains("can't be made"))
    #expect(try await system.send("abc").output == "CBA\n")
    try FileManager.default.removeItem(atPath: folder.path(of: "log"))
    try await system.reload()
    try await system.host.waitForLog("new 1")
    let answer = try await system.send("--role", "stat", "how is it").output
    #expect(answer.contains("COMPREHENSIVE AGENT PERFORMANCE STATISTICS"), "\(answer)\(system.host.log)")
    #expect(try await system.host.stop() == 0, "\(system.host.log)")
  }
}
