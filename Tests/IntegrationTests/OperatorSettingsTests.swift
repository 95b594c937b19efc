import Foundation
import RedisTestServer
import Testing

@Suite("What an operator says beside a library")
struct OperatorSettingsTests {
  private func text(of system: RunningSystem, from role: String = "configured") async throws -> String? {
    try await system.wire.result(of: WireRequest(), from: role).payload.text
  }

  @Test("a configuration reaches the agent; another one makes another agent, of the code that is loaded")
  func configuration() async throws {
    let system = try await RunningSystem(
      ["TestAgents"], settings: ["AGENTHOST_MAX_GENERATIONS": "1"],
      said: ["TestAgents": "config: {greeting: 'no', times: 2}\n"])
    let worker = try system.host.workerProcessIdentifier()
    let before = try await system.wire.result(of: WireRequest(), from: "configured")
    #expect(before.payload.text == "no no from configured")
    let file = system.agents.path(of: "TestAgents")
    try system.agents.say("# the same\nconfig:\n  greeting: \"no\"\n  times: 0x2\n", of: "TestAgents")
    try await system.reload()
    try await system.host.waitForLog("unchanged 1 (\(file))")
    for (round, greeting) in ["on", "off", "yes"].enumerated() {
      try system.agents.say("config:\n  greeting: \(greeting)\n", of: "TestAgents")
      try await system.reload()
      try await system.host.waitForLog("reload: new 0, changed 1 (\(file))", times: round + 1)
      let after = try await system.wire.result(of: WireRequest(), from: "configured")
      #expect(after.payload.text == "\(greeting) from configured")
      #expect(after.senderAgentID == before.senderAgentID)
    }
    try FileManager.default.removeItem(atPath: system.agents.settingsPath(of: "TestAgents"))
    try await system.reload()
    try await system.host.waitForLog("reload: new 0, changed 1 (\(file))", times: 4)
    #expect(try await text(of: system) == "no greeting from configured")
    // With another number of messages at once it is another agent, and still the same code.
    try system.agents.say("concurrency: 3\n", of: "TestAgents")
    try await system.reload()
    try await system.host.waitForLog("reload: new 0, changed 1 (\(file))", times: 5)
    #expect(try await text(of: system) == "no greeting from configured")
    #expect(!system.host.log.contains("is to be replaced"), "\(system.host.log)")
    #expect(try system.host.workerProcessIdentifier() == worker)
    #expect(try await system.host.stop() == 0, "\(system.host.log)")
  }

  @Test("a message in work is finished by the agent that began it")
  func changedInWork() async throws {
    let system = try await RunningSystem(["TestAgents"])
    let request = WireRequest(payload: #"{"seconds":1.5}"#)
    try await system.wire.send(request, to: "slow")
    try await system.host.waitForLog("slow: begins \(request.messageID)")
    try system.agents.say("timeout: 0.5\nconfig: {greeting: hi}\n", of: "TestAgents")
    try await system.reload()
    try await system.host.waitForLog("changed 1")
    #expect(try await text(of: system) == "hi from configured")
    #expect(try await system.wire.result(from: request.resultList).errors.isEmpty)
    #expect(try await system.host.stop() == 0, "\(system.host.log)")
  }

  @Test(
    "what can't be used refuses that library alone, and what ran of it goes on as it was",
    arguments: [
      ("config: {greeting: ''}\n", #"refused at create"#, #"config key "greeting" says nothing"#),
      ("config:\n  times: many\n", #"refused at create"#, #"config key "times" is no Int"#),
      ("timeout: 0\n", "refused at settings", #"line 1: key "timeout": "0""#),
      ("config:\n  a: 1\n  a: 2\n", "refused at settings", #"line 3: key "config.a": more than once"#),
      ("enabled: true\nroles: {none: x}\n", "refused at descriptor", #"line 2: key "roles.none""#),
      ("role: x\n", "refused at descriptor", #"line 1: key "role""#),
      ("roles: {slow: reverse}\n", "refused at descriptor", "a role that no other library serves"),
    ])
  func refused(text: String, step: String, words: String) async throws {
    let system = try await RunningSystem(
      ["ReverseAgent", "TestAgents"], said: ["TestAgents": "config: {greeting: hi}\n"])
    let file = system.agents.path(of: "TestAgents")
    try system.agents.say(text, of: "TestAgents")
    try await system.reload()
    try await system.host.waitForLog("refused 1 (\(file))")
    let line = system.host.log.split(separator: "\n").first { $0.contains("\(file): \(step)") }
    #expect(line?.contains(words) == true, "\(system.host.log)")
    #expect(try await self.text(of: system) == "hi from configured")
    #expect(try await system.send("--role", "reverse", "ab").output == "ba\n")
    try system.agents.say("config: {greeting: ho}\n", of: "TestAgents")
    try await system.reload()
    try await system.host.waitForLog("changed 1 (\(file))")
    #expect(try await self.text(of: system) == "ho from configured")
    #expect(try await system.host.stop() == 0, "\(system.host.log)")
  }

  @Test("a role moves from one library to another by one reload, and two exchange theirs")
  func movedRole() async throws {
    let system = try await RunningSystem(
      ["ReverseAgent", "TestAgents"], said: ["TestAgents": "config: {greeting: hi}\n"])
    let settings = "config: {greeting: hi}\nroles: {configured: reverse}\n"
    for (round, role) in ["mirror", "configured"].enumerated() {
      try system.agents.say("role: \(role)\n", of: "ReverseAgent")
      try system.agents.say(settings + "timeout: \(round + 5)\n", of: "TestAgents")
      let reloaded = try await Finished.agenthost(on: system.server, "reload", "--wait")
      #expect(reloaded.status == 0, "\(reloaded)")
      #expect(try await text(of: system, from: "reverse") == "hi from reverse")
      #expect(try await system.send("--role", role, "ab").output == "ba\n")
    }
    #expect(try await system.host.stop() == 0, "\(system.host.log)")
  }

  @Test("agents that are refused again and again leave no threads behind")
  func threadsOfTheRefused() async throws {
    let system = try await RunningSystem(["TestAgents"])
    let worker = try system.host.workerProcessIdentifier()
    try system.agents.say("config: {greeting: ''}\n", of: "TestAgents")
    for round in 1...6 {
      try await system.reload()
      try await system.host.waitForLog("refused 1 (\(system.agents.path(of: "TestAgents")))", times: round)
    }
    try await RedisTestServer.wait(until: "no more threads are there than one library has") {
      let tasks = URL(filePath: "/proc/\(worker)/task")
      let names = try FileManager.default.contentsOfDirectory(at: tasks, includingPropertiesForKeys: nil)
        // One that has ended meanwhile has no name.
        .compactMap { try? String(contentsOf: $0.appending(path: "comm"), encoding: .utf8) }
      return names.count { $0.hasPrefix("libTestAgents") } <= 4
    }
    #expect(try await system.host.stop() == 0, "\(system.host.log)")
  }

  @Test("a service that is not granted is not there, and that it was asked for is said")
  func grants() async throws {
    let system = try await RunningSystem(
      ["TestAgents"], said: ["TestAgents": "grants: [log]\nconfig: {greeting: hi}\n"])
    #expect(try await text(of: system) == "no greeting from configured")
    try await system.host.waitForLog("asks for config, which it is not granted")
    let listed = try await Finished.agenthost(on: system.server, "plugin", "ls")
    #expect(listed.output.contains("asks for services that it is not granted: config\n"), "\(listed.output)")
    try system.agents.say("grants: []\nconfig: {greeting: hi}\n", of: "TestAgents")
    try await system.reload()
    try await system.host.waitForLog("changed 1")
    let request = WireRequest(payload: #"{"seconds":0}"#)
    #expect(try await system.wire.result(of: request, from: "slow").errors.isEmpty)
    #expect(!system.host.log.contains("slow: begins \(request.messageID)"), "it has no log to say so in")
    try system.agents.say("config: {greeting: hi}\n", of: "TestAgents")
    try await system.reload()
    try await system.host.waitForLog("changed 1", times: 2)
    #expect(try await text(of: system) == "hi from configured")
    #expect(try await system.host.stop() == 0, "\(system.host.log)")
  }

  @Test("a library that is disabled is taken out, its messages wait, and it comes back")
  func disabled() async throws {
    let system = try await RunningSystem(
      ["ReverseAgent", "UppercaseAgent"], said: ["ReverseAgent": "enabled: false\n"])
    let file = system.agents.path(of: "UppercaseAgent")
    try await system.host.waitForLog("new 1 (\(file))")
    try await system.host.waitForLog("disabled 1 (\(system.agents.path(of: "ReverseAgent")))")
    try system.agents.say("enabled: false\n", of: "UppercaseAgent")
    try await system.reload()
    try await system.host.waitForLog(
      "removed 0, unchanged 0, refused 0, disabled 2 (\(system.agents.path(of: "ReverseAgent")), \(file))")
    let request = WireRequest(text: "abc")
    try await system.wire.send(request, to: "uppercase")
    try system.agents.say("enabled: true\n", of: "UppercaseAgent")
    try await system.reload()
    #expect(try await system.wire.result(from: request.resultList).payload.text == "ABC")
    try await system.host.waitForLog("new 1 (\(file))", times: 2)
    #expect(try await system.host.stop() == 0, "\(system.host.log)")
  }

  @Test("a library is served by the role that its operator gives it, and says so everywhere")
  func role() async throws {
    let system = try await RunningSystem(
      ["TestAgents", "UppercaseAgent"],
      said: ["UppercaseAgent": "role: shout\n", "TestAgents": "roles: {configured: greeter}\n"])
    let result = try await system.wire.result(of: WireRequest(text: "abc"), from: "shout")
    #expect(result.payload.text == "ABC")
    #expect(result.trace.map(\.role) == ["shout"])
    try await system.host.waitForLog("UppercaseAgent serves shout as")
    #expect(try await text(of: system, from: "greeter") == "no greeting from greeter")
    #expect(try system.server.cli("EXISTS", "stream:role:uppercase") == "0")
    try system.agents.say("role: loud\n", of: "UppercaseAgent")
    try await system.reload()
    try await system.host.waitForLog("changed 1 (\(system.agents.path(of: "UppercaseAgent")))")
    #expect(try await system.send("--role", "loud", "abc").output == "ABC\n")
    try await RedisTestServer.wait(until: "nobody reads for shout") {
      try system.server.cli("XINFO", "CONSUMERS", "stream:role:shout", "cg:role:shout") == ""
    }
    #expect(try await system.host.stop() == 0, "\(system.host.log)")
  }

  @Test("a worker that is killed by an agent with such a role names that role")
  func roleOfACrash() async throws {
    let system = try await RunningSystem(
      ["TestAgents"], settings: ["AGENTHOST_MAX_DELIVERIES": "1"],
      said: ["TestAgents": "roles: {crash: fall}\n"])
    try await system.wire.send(WireRequest(text: "crash"), to: "fall")
    try await system.host.waitForLog("agent CrashAgent (fall, ")
    try await system.host.waitUntilReady(times: 2)
    #expect(try await system.host.stop() == 0, "\(system.host.log)")
  }

  @Test("how long a message may take is an operator's to say, where the message does not")
  func timeout() async throws {
    let system = try await RunningSystem(["TestAgents"], said: ["TestAgents": "timeout: 0.25\n"])
    let result = try await system.wire.result(of: WireRequest(payload: #"{"seconds":60}"#), from: "slow")
    #expect(result.errors.map(\.message) == ["Timed out after 0.25s"])
    let asked = WireRequest(payload: #"{"seconds":60,"__agent_timeout_sec":0.5}"#)
    #expect(
      try await system.wire.result(of: asked, from: "slow").errors.map(\.message) == ["Timed out after 0.5s"])
    try system.agents.say("timeout: 0.75\n", of: "TestAgents")
    try await system.reload()
    try await system.host.waitForLog("changed 1")
    let later = try await system.wire.result(of: WireRequest(payload: #"{"seconds":60}"#), from: "slow")
    #expect(later.errors.map(\.message) == ["Timed out after 0.75s"])
    #expect(try await system.host.stop() == 0, "\(system.host.log)")
  }
}
