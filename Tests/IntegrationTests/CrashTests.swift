import Foundation
import RedisTestServer
import Testing

/// Agents that take their worker down, in every way there is. Who did it is named, and only that message is charged.
@Suite("An agent that takes its worker down")
struct CrashTests {
  /// Those of the test agent `CrashAgent`, and what the log says of each.
  static let ways = [
    ("crash", "SIGILL"), ("outOfBounds", "SIGILL"), ("unwrapNil", "SIGILL"), ("overflow", "SIGILL"),
    ("forceTry", "SIGILL"), ("stackOverflow", "SIGSEGV at address"),
    ("badPointer", "SIGSEGV at address 0xdead0000"), ("doubleFree", "SIGABRT"), ("abort", "SIGABRT"),
    ("exit0", "exit(0) was called"), ("exit3", "exit(3) was called"),
    ("exitAtOnce", "exit status 0, without a word of its own"),
    ("threadExit", "a thread of the host's was ended"), ("outOfMemory", "SIG"),
    ("raise", "SIGSEGV, in agent"),
    ("ownThread", "SIGILL"), ("detachedTask", "SIGILL"), ("deinitialiser", "SIGILL"),
  ]

  @Test("in stop, no message is charged, and the others go on")
  func diesInStop() async throws {
    let system = try await RunningSystem(
      AgentsFolder.demo + ["TestAgents"], settings: ["TEST_CRASH_IN_STOP": "1"])
    let load = BackgroundLoad(url: system.server.url)
    let counts = try await load.run {
      try system.agents.remove("TestAgents")
      try await system.reload()
      try await system.host.waitForLog("libTestAgents.so, hash")
      try await load.waitForAnswers()
    }
    let report = system.host.log.split(separator: "\n").first { $0.contains(" died: ") } ?? ""
    #expect(report.contains("SIGILL") && report.contains("no message is charged"), "\(report)")
    #expect(counts.faults == [], "\(system.host.log)")
    #expect(try await system.host.stop() == 0, "\(system.host.log)")
  }

  /// The reports' files come to name the functions.
  private func expectNames(in reports: [Substring]) async throws {
    for report in reports {
      let path = try #require(report.split(separator: " ").last { $0.hasSuffix(".json") })
      try await RedisTestServer.wait(until: "the functions in \(path) have names") {
        try String(contentsOfFile: String(path), encoding: .utf8).contains("TestAgents.WayToDie.happen")
      }
    }
  }

  @Test("agent and message are named, the message is given up, and nothing else is charged", arguments: ways)
  func dies(way: String, said: String) async throws {
    let system = try await RunningSystem(
      AgentsFolder.demo + ["TestAgents"], settings: ["AGENTHOST_MAX_DELIVERIES": "2"])
    let load = BackgroundLoad(url: system.server.url)
    let poison = WireRequest(text: way)
    let counts = try await load.run {
      let id = try await system.wire.send(poison, to: "crash")
      let letter = try await system.wire.deadLetter(of: id, role: "crash")
      #expect(letter["reason"] == "agenthost.deliveries: given to agents 2 times without an outcome")
      try await load.waitForAnswers()
    }
    #expect(counts.faults == [], "\(system.host.log)")
    #expect(
      try await system.wire.result(from: poison.resultList).errors.map(\.code) == ["agenthost.deliveries"])
    let reports = system.host.log.split(separator: "\n").filter { $0.contains(" died: ") }
    #expect(reports.count == 2, "\(system.host.log)")
    for report in reports {
      #expect(report.contains(said), "\(report)")
      // Who dies without a word may have been anybody who had something in hand.
      #expect(
        report.contains(poison.messageID)
          || way == "exitAtOnce" && report.contains("messages may be the cause"), "\(report)")
      // Who dies without a word can't say whose code it was.
      #expect(report.contains("libTestAgents.so") || way == "exitAtOnce", "\(report)")
    }
    if way == "crash" { try await expectNames(in: reports) }
    for role in ["manager", "uppercase", "reverse"] {
      #expect(try system.wire.integer("XLEN", "dlq:role:\(role)") == 0)
    }
    #expect(try await system.host.stop() == 0, "\(system.host.log)")
  }
}
