import Foundation
import RedisTestServer
import Testing

@Suite("Reload")
struct ReloadTests {
  @Test("a library that is new in the folder is served, one that is gone no longer")
  func addedAndRemoved() async throws {
    let system = try await RunningSystem(["UppercaseAgent"])
    #expect(try await system.send("--role", "reverse", "x").status == 1)
    try system.agents.add("ReverseAgent")
    try await system.reload()
    try await system.host.waitForLog("reload: new 1 (\(system.agents.path(of: "ReverseAgent")))")
    #expect(try await system.send("--role", "reverse", "abc").output == "cba\n")
    try system.agents.remove("UppercaseAgent")
    try await system.reload()
    try await system.host.waitForLog("removed 1 (\(system.agents.path(of: "UppercaseAgent")))")
    try await RedisTestServer.wait(until: "nobody reads for uppercase") {
      try system.server.cli("XINFO", "CONSUMERS", "stream:role:uppercase", "cg:role:uppercase") == ""
    }
    #expect(try await system.send("--role", "reverse", "abc").output == "cba\n")
    #expect(try system.server.cli("KEYS", "stream:agent:*").split(separator: "\n").count == 1)
    #expect(try await system.host.stop() == 0, "\(system.host.log)")
  }

  @Test("another build of a library takes the place of the first, under the same agent id")
  func changed() async throws {
    let system = try await RunningSystem(["TestAgents"])
    let before = try await system.wire.result(of: WireRequest(), from: "build")
    #expect(before.payload.text == "this is the first of two builds")
    var library = try AgentsFolder.contents(of: "TestAgents")
    let text = try #require(library.range(of: Data("this is the first of two".utf8)))
    library.replaceSubrange(text, with: Data("this is the other of two".utf8))
    try system.agents.write(library, as: "TestAgents")
    try await system.reload()
    try await system.host.waitForLog("changed 1 (\(system.agents.path(of: "TestAgents")))")
    let after = try await system.wire.result(of: WireRequest(), from: "build")
    #expect(after.payload.text == "this is the other of two builds")
    #expect(after.senderAgentID == before.senderAgentID)
    #expect(try await system.host.stop() == 0, "\(system.host.log)")
  }

  @Test("a message in work is finished by the build that began it")
  func changedInWork() async throws {
    let system = try await RunningSystem(["TestAgents"])
    let request = WireRequest(payload: #"{"seconds":1.5}"#)
    try await system.wire.send(request, to: "slow")
    try await system.host.waitForLog("slow: begins \(request.messageID)")
    try system.agents.write(try AgentsFolder.contents(of: "TestAgents") + Data([0]), as: "TestAgents")
    try await system.reload()
    try await system.host.waitForLog("changed 1")
    #expect(try await system.wire.result(from: request.resultList).errors.isEmpty)
    #expect(!system.host.log.contains("slow: cancelled"))
    #expect(try await system.host.stop() == 0, "\(system.host.log)")
  }

  @Test("a file that is no library is refused by name and step, and the rest goes on")
  func refused() async throws {
    let system = try await RunningSystem(["EchoC"])
    try system.agents.write(Data("this is text\n".utf8), as: "Text")
    try system.agents.add("ReverseAgent")
    try await system.reload()
    let file = system.agents.path(of: "Text")
    try await system.host.waitForLog("\(file): refused at image: expected a shared library")
    try await system.host.waitForLog("reload: new 1")
    #expect(system.host.log.contains("refused 1 (\(file))"))
    #expect(try await system.send("--role", "echo", "x").output == "x\n")
    #expect(try await system.send("--role", "reverse", "xy").output == "yx\n")
    #expect(try await system.host.stop() == 0, "\(system.host.log)")
  }

  @Test("a damaged library leaves the running one in service")
  func damaged() async throws {
    let system = try await RunningSystem(["EchoC"])
    try system.agents.write(try AgentsFolder.contents(of: "EchoC").prefix(5_000), as: "EchoC")
    try await system.reload()
    try await system.host.waitForLog("refused 1 (\(system.agents.path(of: "EchoC")))")
    #expect(try await system.send("--role", "echo", "x").output == "x\n")
    #expect(try await system.host.stop() == 0, "\(system.host.log)")
  }

  @Test(
    "after as many exchanges as may stay in memory a new worker comes, and nobody's request is lost or doubled"
  )
  func generations() async throws {
    let system = try await RunningSystem(settings: ["AGENTHOST_MAX_GENERATIONS": "2"])
    let load = BackgroundLoad(url: system.server.url)
    let first = try system.host.workerProcessIdentifier()
    let library = try AgentsFolder.contents(of: "UppercaseAgent")
    let counts = try await load.run {
      for build in 1...2 {
        try system.agents.write(library + Data(repeating: 0, count: build), as: "UppercaseAgent")
        try await system.reload()
        try await system.host.waitForLog("reload: new 0, changed 1", times: build)
        try await load.waitForAnswers()
      }
      try await system.host.waitForLog("is to be replaced: 2 generations of code")
      let second = try await system.host.waitForAnotherWorker(than: first)
      // What the new one has loaded is its first.
      try system.agents.write(library + Data(repeating: 0, count: 3), as: "UppercaseAgent")
      try await system.reload()
      try await system.host.waitForLog("reload: new 0, changed 1", times: 3)
      try await load.waitForAnswers()
      #expect(try system.host.workerProcessIdentifier() == second)
    }
    #expect(counts.faults == [], "\(system.host.log)")
    #expect(try system.wire.commandCount("lpush") == counts.right)
    for role in ["manager", "uppercase", "reverse"] { try await system.wire.waitUntilIdle(role) }
    #expect(!system.host.log.contains("ended unasked"), "\(system.host.log)")
    #expect(try await system.host.stop() == 0, "\(system.host.log)")
  }

  @Test("what is named is looked at, and nothing else; so is what serves a role, by its channel")
  func named() async throws {
    let system = try await RunningSystem(["EchoC", "TestAgents"])
    try await system.waitForListeners()
    func change(_ build: Int) throws {
      for library in ["EchoC", "TestAgents"] {
        let bytes = try AgentsFolder.contents(of: library) + Data(repeating: 0, count: build)
        try system.agents.write(bytes, as: library)
      }
    }
    try change(1)
    let reload = try await Finished.agenthost(on: system.server, "reload", "--wait", "EchoC")
    #expect(reload.status == 0, "\(reload.output)\(reload.errors)")
    #expect(reload.output.contains(" changed ") && !reload.output.contains("TestAgents"), "\(reload.output)")
    try await system.host.waitForLog(
      "reload: new 0, changed 1 (\(system.agents.path(of: "EchoC"))), removed 0, unchanged 0")
    try change(2)
    _ = try system.server.cli("PUBLISH", "broadcast:role:build", #"{"kind":"control","command":"reload"}"#)
    try await system.host.waitForLog(
      "reload: new 0, changed 1 (\(system.agents.path(of: "TestAgents"))), removed 0, unchanged 0")
    let unknown = try await Finished.agenthost(on: system.server, "reload", "--wait", "nothing")
    #expect(unknown.status == 1 && unknown.errors.contains("no host has a library called nothing"))
    #expect(try await system.host.stop() == 0, "\(system.host.log)")
  }

  @Test(
    "any client of the server can ask for it",
    arguments: [#"{"kind":"control","command":"reload"}"#, "reload"])
  func published(message: String) async throws {
    let system = try await RunningSystem(["EchoC"])
    try await system.waitForListeners()
    try system.agents.add("ReverseAgent")
    try system.server.cli("PUBLISH", "broadcast:all", message)
    try await system.host.waitForLog("reload: new 1 (\(system.agents.path(of: "ReverseAgent")))")
    #expect(try await system.send("--role", "reverse", "abc").output == "cba\n")
    #expect(try await system.host.stop() == 0, "\(system.host.log)")
  }

  @Test("a file that is overwritten in place hurts nobody whose code it was, and is refused if it is none")
  func overwritten() async throws {
    let system = try await RunningSystem(["ReverseAgent"])
    try await system.waitForListeners()
    let worker = try system.host.workerProcessIdentifier()
    let path = system.agents.path(of: "ReverseAgent")
    let handle = try FileHandle(forWritingTo: URL(filePath: path))
    try handle.write(contentsOf: Data(repeating: 0xff, count: 200_000))
    try handle.close()
    #expect(try await system.send("--role", "reverse", "abc").output == "cba\n")
    #expect(try await Finished.agenthost(on: system.server, "reload", "--wait").status == 5)
    let handleAgain = try FileHandle(forWritingTo: URL(filePath: path))
    try handleAgain.truncate(atOffset: 0)
    try handleAgain.close()
    #expect(try await system.send("--role", "reverse", "abc").output == "cba\n")
    #expect(try system.host.workerProcessIdentifier() == worker)
    #expect(try await system.host.stop() == 0, "\(system.host.log)")
  }

  @Test("run --watch reloads by itself")
  func watchOption() async throws {
    let server = try await RedisTestServer()
    let agents = try AgentsFolder(["EchoC"])
    let host = try HostProcess(redis: server.url, agents: agents.path, arguments: ["--watch"])
    try await host.waitUntilReady()
    try agents.add("ReverseAgent")
    try await host.waitForLog("reload: new 1 (\(agents.path(of: "ReverseAgent")))")
    #expect(try await host.stop() == 0, "\(host.log)")
  }

  @Test("a host that watches its folder reloads by itself, and once for each change")
  func watched() async throws {
    let system = try await RunningSystem(["EchoC"], settings: ["AGENTHOST_WATCH_INTERVAL": "0.2"])
    try system.agents.add("ReverseAgent")
    try await system.host.waitForLog("reload: new 1 (\(system.agents.path(of: "ReverseAgent")))")
    #expect(try await system.send("--role", "reverse", "abc").output == "cba\n")
    try system.agents.say("enabled: false", of: "ReverseAgent")
    try await system.host.waitForLog("disabled 1 (\(system.agents.path(of: "ReverseAgent")))")
    #expect(system.host.log.components(separatedBy: "reload: ").count == 3, "\(system.host.log)")
    #expect(try await system.host.stop() == 0, "\(system.host.log)")
  }

  @Test(
    "a reload that is asked for while a worker begins comes after its first look, and makes no agent twice")
  func duringTheFirstLook() async throws {
    let folder = try TemporaryFolder()
    let start = folder.path(of: "start")
    let system = try await RunningSystem(
      ["TestAgents"], settings: ["TEST_START_FILE": start], workers: 0)
    try await system.host.waitForLog("slow: starts")
    let before = try system.wire.commandCount("hgetall")
    // Nobody listens yet, but it is written down.
    _ = try await Finished.agenthost(on: system.server, "reload")
    try await RedisTestServer.wait(until: "the worker has read it") {
      try system.wire.commandCount("hgetall") >= before + 2
    }
    try Data().write(to: URL(fileURLWithPath: start))
    try await system.host.waitUntilReady()
    try await system.host.waitForLog("reload: new 0, changed 0, removed 0, unchanged 1")
    let agents = try await Finished.agenthost(on: system.server, "agent", "ls")
    #expect(agents.output.split(separator: "\n").count { $0.contains(" slow ") } == 1, "\(agents)")
    #expect(try await system.host.stop() == 0, "\(system.host.log)")
  }

  @Test("who waits for a reload waits for the worker that an isolated library gets")
  func isolated() async throws {
    let system = try await RunningSystem(["EchoC"])
    try await system.waitForListeners()
    try system.agents.say("isolate: true", of: "ReverseAgent")
    try system.agents.add("ReverseAgent")
    let reload = try await Finished.agenthost(on: system.server, "reload", "--wait", "ReverseAgent")
    #expect(
      reload.status == 0 && reload.output.contains(" ReverseAgent "), "\(reload.output)\(reload.errors)")
    #expect(try await system.send("--role", "reverse", "abc").output == "cba\n")
    #expect(try await system.host.stop() == 0, "\(system.host.log)")
  }

  @Test("what others can write beside a library counts for nothing")
  func writableSettings() async throws {
    let system = try await RunningSystem(["EchoC"])
    try await system.waitForListeners()
    try system.agents.say("role: stolen", of: "EchoC")
    chmod(system.agents.path(of: "EchoC").dropLast(3) + ".yaml", 0o666)
    let reload = try await Finished.agenthost(on: system.server, "reload", "--wait")
    #expect(reload.status == 5 && reload.output.contains("refused at trust"), "\(reload.output)")
    #expect(try await system.send("--role", "echo", "x").output == "x\n")
    #expect(try await system.host.stop() == 0, "\(system.host.log)")
  }

  @Test("HUP asks for the same")
  func hangup() async throws {
    let system = try await RunningSystem(["EchoC"])
    try await RedisTestServer.wait(until: "the host listens for commands") {
      try system.server.cli("PUBSUB", "NUMSUB", "broadcast:all").hasSuffix("1")
    }
    system.host.send(SIGHUP)
    try await system.host.waitForLog("reload: new 0, changed 0, removed 0, unchanged 1")
    #expect(try await system.host.stop() == 0, "\(system.host.log)")
  }

  @Test("with no host there is nobody to tell: exit 1")
  func nobodyListens() async throws {
    let server = try await RedisTestServer()
    let told = try await Finished.agenthost("reload", settings: ["REDIS_URL": server.url])
    #expect(told.status == 1)
    #expect(told.errors.contains("no host listens"))
  }
}
