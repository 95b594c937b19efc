import Foundation
import RedisTestServer
import Testing

@Suite("Code that kills workers again and again")
struct QuarantineTests {
  private static let settings = [
    "AGENTHOST_MAX_DELIVERIES": "2", "AGENTHOST_QUARANTINE_CRASHES": "3",
  ]

  /// Neither the worker that serves, which has loaded all the rest, nor the one on probation.
  private func waitUntilNobodyServes(_ role: String, in system: RunningSystem) async throws {
    try await system.host.waitForLog("quarantined on all hosts")
    try await RedisTestServer.wait(until: "nobody serves the role") {
      let shown = try await Finished.agenthost(on: system.server, "status", "--json").output
      let read = try JSONSerialization.jsonObject(with: Data(shown.utf8)) as? [String: Any]
      let workers = read?["workers"] as? [[String: Any]] ?? []
      let served = workers.flatMap { $0["roles"] as? [String] ?? [] }
      return served.contains("uppercase") && !served.contains(role)
    }
    // What is announced as gone may read for a moment more; a look is over when it does not.
    try await RedisTestServer.wait(until: "the worker that serves has looked at its folder") {
      system.host.log.split(separator: "\n").contains { $0.contains("refused 1") && !$0.contains("place=") }
    }
  }

  @Test("is not loaded any more, by nobody and after no restart, until it is lifted; the others go on")
  func quarantined() async throws {
    let system = try await RunningSystem(AgentsFolder.demo + ["TestAgents"], settings: Self.settings)
    let load = BackgroundLoad(url: system.server.url)
    let waiting = WireRequest(text: "fine")
    let counts = try await load.run {
      // Two workers for the one that is given up, and the third for the next.
      for _ in 0..<2 { try await system.wire.send(WireRequest(text: "crash"), to: "crash") }
      try await system.host.waitForLog("quarantined on all hosts")
      try await waitUntilNobodyServes("crash", in: system)
      try await system.wire.send(waiting, to: "crash")
      try await load.waitForAnswers()
    }
    #expect(counts.faults == [], "\(system.host.log)")
    #expect(try system.wire.integer("EXISTS", waiting.resultList) == 0, "nobody serves the role")
    let listed = try await Finished.agenthost(on: system.server, "plugin", "quarantine", "ls")
    #expect(listed.output.contains("libTestAgents.so") && listed.output.contains("it killed workers again"))
    #expect(try await system.host.stop() == 0, "\(system.host.log)")

    let next = try HostProcess(redis: system.server.url, agents: system.agents.path, settings: Self.settings)
    try await next.waitForLog("refused at quarantine")
    try await next.waitUntilReady()
    let hash = try #require(listed.output.split(separator: "\n").last?.prefix { $0 != " " })
    // What it did not survive is removed first, or it would do it again.
    try system.server.cli("XTRIM", "stream:role:crash", "MAXLEN", "1")
    #expect(
      try await Finished.agenthost(on: system.server, "plugin", "quarantine", "lift", String(hash)).status
        == 0)
    #expect(try await system.wire.result(from: waiting.resultList).errors.isEmpty)
    #expect(try await next.stop() == 0, "\(next.log)")
  }

  @Test("that is quarantined while it is brought in is not served")
  func duringTheFirstLook() async throws {
    let folder = try TemporaryFolder()
    let system = try await RunningSystem(
      ["ManagerAgent", "TestAgents"], settings: ["TEST_START_FILE": folder.path(of: "start")], workers: 0)
    try await system.host.waitForLog("slow: starts")
    let inspected = try await Finished.agenthost(
      "plugin", "inspect", "--json", system.agents.path(of: "TestAgents"), settings: [:])
    let hash = try #require(inspected.output.firstMatch(of: /"hash":"([0-9a-f]{64})"/)?.1)
    let added = try await Finished.agenthost(
      on: system.server, "plugin", "quarantine", "add", String(hash), "--reason", "ill")
    #expect(added.status == 0, "\(added)")
    // It looks by itself every five seconds; once it looks again it knows what it was told before.
    let before = try system.wire.commandCount("hgetall")
    try await RedisTestServer.wait(until: "the worker has read what is wanted") {
      try system.wire.commandCount("hgetall") >= before + 2
    }
    try Data().write(to: URL(fileURLWithPath: folder.path(of: "start")))
    try await system.host.waitUntilReady()
    let listed = try await Finished.agenthost(on: system.server, "plugin", "ls", "--json")
    let report = try #require(
      try JSONDecoder().decode([BrokenLibraryTests.Report].self, from: Data(listed.output.utf8)).first)
    let library = report.libraries.first { $0.file == system.agents.path(of: "TestAgents") }
    #expect(library?.outcome == "refused" && library?.roles == [], "\(listed.output)\(system.host.log)")
    #expect(try await system.host.stop() == 0, "\(system.host.log)")
  }

  @Test("and that was lifted is not quarantined again for the deaths of before, by whatever worker comes")
  func lifted() async throws {
    let system = try await RunningSystem(
      ["TestAgents"], settings: ["AGENTHOST_MAX_DELIVERIES": "1", "AGENTHOST_QUARANTINE_CRASHES": "1"])
    let id = try await system.wire.send(WireRequest(text: "crash"), to: "crash")
    try await system.host.waitForLog("refused at quarantine")
    let listed = try await Finished.agenthost(on: system.server, "plugin", "quarantine", "ls")
    let hash = try #require(listed.output.split(separator: "\n").last?.prefix { $0 != " " })
    let lifted = try await Finished.agenthost(on: system.server, "plugin", "quarantine", "lift", String(hash))
    #expect(lifted.status == 0, "\(lifted)")
    _ = try await system.wire.deadLetter(of: id, role: "crash")
    let replaced = try await Finished.agenthost(on: system.server, "worker", "replace")
    #expect(replaced.status == 0, "\(replaced)")
    try await system.host.waitForLog("is replaced: asked to end")
    let request = WireRequest(text: "fine")
    try await system.wire.send(request, to: "crash")
    #expect(try await system.wire.result(from: request.resultList).errors.isEmpty, "\(system.host.log)")
    let counted = system.host.log.split(separator: "\n").filter { $0.contains("quarantined on all hosts") }
    #expect(counted.count == 1, "\(counted)")
    #expect(try await system.host.stop() == 0, "\(system.host.log)")
  }

  @Test("code that is quarantined by hand is taken out at once, and let in again")
  func byHand() async throws {
    let system = try await RunningSystem(["EchoC"])
    let file = system.agents.path + "/libEchoC.so"
    let added = try await Finished.agenthost(
      on: system.server, "plugin", "quarantine", "add", file, "--reason", "it is ill")
    #expect(added.status == 0, "\(added)")
    try await system.host.waitForLog("reload: new 0, changed 0, removed 0, unchanged 0, refused 1")
    #expect(system.host.log.contains("which is quarantined: it is ill"))
    let listed = try await Finished.agenthost(on: system.server, "plugin", "quarantine", "ls", "--json")
    #expect(listed.output.contains(#""reason":"it is ill""#))
    let hash = try #require(listed.output.firstMatch(of: /"hash":"([0-9a-f]+)"/)?.output.1)
    let lifted = try await Finished.agenthost(
      on: system.server, "plugin", "quarantine", "lift", String(hash.prefix(8)))
    #expect(lifted.status == 0, "\(lifted)")
    try await system.host.waitForLog("reload: new 1")
    #expect(try await system.host.stop() == 0, "\(system.host.log)")
  }

  @Test(
    "code that is quarantined is taken out where its file is another by now, or what is said of it, which is refused",
    arguments: [true, false])
  func runsOn(isFileAnother: Bool) async throws {
    let system = try await RunningSystem(["EchoC"])
    let running = try await Finished.agenthost(on: system.server, "plugin", "ls", "--json")
    let hash = String(try #require(running.output.firstMatch(of: /"hash":"([0-9a-f]+)"/)?.output.1))
    if isFileAnother {
      try system.agents.write(Data("no library".utf8), as: "EchoC")
    } else {
      try system.agents.say("nonsense: true", of: "EchoC")
    }
    let refused = try await Finished.agenthost(on: system.server, "reload", "--wait")
    #expect(refused.status == 5 && refused.output.contains("the one before runs"), "\(refused)")
    let added = try await Finished.agenthost(on: system.server, "plugin", "quarantine", "add", hash)
    #expect(added.status == 0, "\(added)")
    try await RedisTestServer.wait(until: "it has ended") {
      try await Finished.agenthost(on: system.server, "agent", "ls").output.split(separator: "\n").count == 1
    }
    let listed = try await Finished.agenthost(on: system.server, "plugin", "quarantine", "ls", "--json")
    #expect(listed.output.contains(#""roles":["echo"]"#), "\(listed)")
    #expect(try await system.host.stop() == 0, "\(system.host.log)")
  }

  private static let deadLetters = ["AGENTHOST_QUARANTINE_MESSAGES": "dead-letter"]

  private func expectDeadLetter(
    of request: WireRequest, to role: String, reason: String, in system: RunningSystem
  ) async throws {
    let answer = try await system.wire.result(from: request.resultList)
    #expect(answer.errors.map(\.code) == ["agenthost.quarantined"])
    let listed = try await Finished.agenthost(on: system.server, "dlq", "ls", "--role", role, "--json")
    let letter = listed.output.split(separator: "\n").first { $0.contains(request.messageID) }
    #expect(letter?.contains("agenthost.quarantined: ") == true, "\(listed)")
    #expect(letter?.contains(reason) == true, "\(listed)")
  }

  @Test("where it is said so, its messages become dead letters and errors, until it is lifted")
  func deadLettered() async throws {
    let system = try await RunningSystem(
      AgentsFolder.demo + ["TestAgents"], settings: Self.settings.merging(Self.deadLetters) { $1 })
    let load = BackgroundLoad(url: system.server.url)
    let refused = WireRequest(text: "fine")
    let counts = try await load.run {
      for _ in 0..<2 { try await system.wire.send(WireRequest(text: "crash"), to: "crash") }
      try await waitUntilNobodyServes("crash", in: system)
      try await system.wire.send(refused, to: "crash")
      try await expectDeadLetter(of: refused, to: "crash", reason: "it killed workers again", in: system)
      try await load.waitForAnswers()
    }
    #expect(counts.faults == [], "\(system.host.log)")
    // What it did not survive is a dead letter too, and nothing is left to be lost.
    try await system.wire.waitUntilIdle("crash")
    let listed = try await Finished.agenthost(on: system.server, "plugin", "quarantine", "ls")
    let hash = try #require(listed.output.split(separator: "\n").last?.prefix { $0 != " " })
    let lifted = try await Finished.agenthost(
      on: system.server, "plugin", "quarantine", "lift", String(hash))
    #expect(lifted.status == 0, "\(lifted)")
    try await system.host.waitForLog("reload: new 1")
    let answer = try await system.wire.result(of: WireRequest(text: "fine"), from: "crash")
    #expect(answer.errors.isEmpty, "\(answer.errors)\(system.host.log)")
    #expect(try await system.host.stop() == 0, "\(system.host.log)")
  }

  @Test("the roles of code that is quarantined by hand are known to those who had it, and after a restart")
  func deadLetteredByHand() async throws {
    let system = try await RunningSystem(["EchoC"], settings: Self.deadLetters)
    let added = try await Finished.agenthost(
      on: system.server, "plugin", "quarantine", "add", system.agents.path + "/libEchoC.so", "--reason",
      "it is ill")
    #expect(added.status == 0, "\(added)")
    let first = WireRequest(text: "x")
    try await system.host.waitForLog("refused 1")
    try await system.wire.send(first, to: "echo")
    try await expectDeadLetter(of: first, to: "echo", reason: "it is ill", in: system)
    #expect(try await system.host.stop() == 0, "\(system.host.log)")

    let next = try HostProcess(
      redis: system.server.url, agents: system.agents.path, settings: Self.deadLetters)
    let second = WireRequest(text: "y")
    try await system.wire.send(second, to: "echo")
    try await expectDeadLetter(of: second, to: "echo", reason: "it is ill", in: system)
    // Another host has a build that may run: its messages are its own.
    let mended = try AgentsFolder([])
    try mended.write(try AgentsFolder.contents(of: "EchoC") + Data([0]), as: "EchoC")
    let other = try HostProcess(redis: system.server.url, agents: mended.path, settings: Self.deadLetters)
    try await next.waitForLog("role echo: messages become dead letters no more")
    for _ in 0..<20 {
      #expect(try await system.wire.result(of: WireRequest(text: "z"), from: "echo").errors.isEmpty)
    }
    #expect(try await other.stop() == 0, "\(other.log)")
    #expect(try await next.stop() == 0, "\(next.log)")
  }

  @Test("what there is none of is not lifted, and what is no library is not added")
  func mistakes() async throws {
    let server = try await RedisTestServer()
    let lifted = try await Finished.agenthost(on: server, "plugin", "quarantine", "lift", "abc")
    #expect(lifted.status == 1 && lifted.errors.contains("nothing that is quarantined"), "\(lifted)")
    let added = try await Finished.agenthost(on: server, "plugin", "quarantine", "add", "/etc/passwd")
    #expect(added.status == 1 && added.errors.contains("expected a shared library"), "\(added)")
  }
}
