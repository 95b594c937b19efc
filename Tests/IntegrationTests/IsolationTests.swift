import Foundation
import Glibc
import RedisTestServer
import Testing

@Suite("Libraries with a worker of their own")
struct IsolationTests {
  @Test("a crash there is no crash elsewhere, and all roles answer again")
  func crash() async throws {
    let system = try await RunningSystem(said: ["UppercaseAgent": "isolate: true\n"], workers: 2)
    let main = try system.host.workerProcessIdentifier()
    let isolated = try system.host.workerProcessIdentifier(at: "UppercaseAgent")
    #expect(try await system.send("Hello").output == "OLLEH\n")
    ProcessTable.kill(isolated)
    try await system.host.waitForAnotherWorker(than: isolated, at: "UppercaseAgent")
    #expect(try await system.send("Hello").output == "OLLEH\n")
    #expect(try system.host.workerProcessIdentifier() == main)
    #expect(try await system.host.stop() == 0, "\(system.host.log)")
    try await system.server.waitUntilNobodyIsConnected()
  }

  @Test("a group has one worker; a request for new workers reaches all, and so does a reload")
  func group() async throws {
    let system = try await RunningSystem(
      said: ["UppercaseAgent": "isolate: text\n", "ReverseAgent": "isolate: text\n"], workers: 2)
    let isolated = try system.host.workerProcessIdentifier(at: "text")
    #expect(try await system.send("Hello").output == "OLLEH\n")
    try await system.reload(workers: 2)
    try await system.host.waitForLog("reload: new 0, changed 0, removed 0, unchanged 1")
    try await system.host.waitForLog("reload: new 0, changed 0, removed 0, unchanged 2")
    system.host.send(SIGHUP)
    try await system.host.waitForLog("reload: new 0", times: 4)
    try await system.replaceWorker()
    try await system.host.waitForAnotherWorker(than: isolated, at: "text")
    #expect(try await system.send("Hello").output == "OLLEH\n")
    #expect(try await system.host.stop() == 0, "\(system.host.log)")
  }

  @Test("a library moves there and back by a reload, under load: nothing is lost or doubled")
  func moved() async throws {
    let system = try await RunningSystem()
    let main = try system.host.workerProcessIdentifier()
    let load = BackgroundLoad(url: system.server.url)
    let counts = try await load.run {
      try system.agents.say("isolate: apart\n", of: "ReverseAgent")
      try await system.reload()
      try await system.host.waitForLog("of apart is ready")
      try await load.waitForAnswers()
      try system.agents.say("isolate: false\n", of: "ReverseAgent")
      try await system.reload(workers: 2)
      try await RedisTestServer.wait(until: "the worker apart has ended") {
        system.host.workerProcessIdentifiers(at: "apart").isEmpty
      }
      try await load.waitForAnswers()
    }
    #expect(counts.faults == [], "\(system.host.log)")
    #expect(try system.wire.commandCount("lpush") == counts.right)
    for role in ["manager", "uppercase", "reverse"] { try await system.wire.waitUntilIdle(role) }
    #expect(try system.host.workerProcessIdentifier() == main)
    #expect(try await system.host.stop() == 0, "\(system.host.log)")
  }

  @Test("work that takes many leases is finished where it was begun, and is done once")
  func movedInWork() async throws {
    let system = try await RunningSystem(["TestAgents"], settings: ["AGENTHOST_LEASE": "0.5"])
    let request = WireRequest(payload: #"{"seconds":4}"#)
    try await system.wire.send(request, to: "slow")
    try await system.host.waitForLog("slow: begins \(request.messageID)")
    try system.agents.say("isolate: true\n", of: "TestAgents")
    try await system.reload()
    try await system.host.waitForLog("of TestAgents is ready")
    #expect(try await system.wire.result(of: WireRequest(), from: "build").errors.isEmpty)
    #expect(try await system.wire.result(from: request.resultList).errors.isEmpty)
    let begins = system.host.log.split(separator: "\n").count {
      $0.contains("slow: begins \(request.messageID)")
    }
    #expect(begins == 1, "\(system.host.log)")
    #expect(try await system.host.stop() == 0, "\(system.host.log)")
  }

  @Test("a file that can't be used refuses its library alone, and what runs of it goes on")
  func refused() async throws {
    let system = try await RunningSystem(
      ["EchoC", "ReverseAgent", "UppercaseAgent"],
      said: ["EchoC": "isolate: true\nconcurency: 3\n", "UppercaseAgent": "isolate: true\n"], workers: 2)
    let echo = system.agents.path(of: "EchoC")
    #expect(system.host.log.contains("\(echo): refused at settings"), "\(system.host.log)")
    #expect(system.host.log.contains(#"line 2: key "concurency""#), "\(system.host.log)")
    #expect(try await system.send("--role", "reverse", "ab").output == "ba\n")
    #expect(try await system.send("--role", "echo", "x").status == 1)
    let isolated = try system.host.workerProcessIdentifier(at: "UppercaseAgent")
    try system.agents.say("isolate: [\n", of: "UppercaseAgent")
    try system.agents.say("concurrency: 3\n", of: "EchoC")
    try await system.reload(workers: 2)
    try await system.host.waitForLog("refused 1 (\(system.agents.path(of: "UppercaseAgent")))")
    try await system.host.waitForLog("new 1 (\(echo))")
    #expect(try await system.send("--role", "uppercase", "ab").output == "AB\n")
    #expect(try await system.send("--role", "echo", "x").output == "x\n")
    #expect(try system.host.workerProcessIdentifier(at: "UppercaseAgent") == isolated)
    #expect(try await system.host.stop() == 0, "\(system.host.log)")
  }

  @Test("how many messages at once is for an operator to say")
  func concurrency() async throws {
    let system = try await RunningSystem(
      ["TestAgents"], settings: ["AGENTHOST_SHUTDOWN_GRACE": "0.3"],
      said: ["TestAgents": "concurrency: 1\n"])
    for _ in 0..<4 { try await system.wire.send(WireRequest(payload: #"{"seconds":60}"#), to: "slow") }
    try await system.host.waitForLog("slow: begins ")
    #expect(try system.wire.pending(of: "slow") == 1)
    try system.agents.say("concurrency: 2\n", of: "TestAgents")
    try await system.reload()
    try await system.host.waitForLog("changed 1 (\(system.agents.path(of: "TestAgents")))")
    // The first goes on where it is; the agent with the new limit takes two more.
    try await RedisTestServer.wait(until: "two more are in work") { try system.wire.pending(of: "slow") == 3 }
    #expect(try await system.host.stop() == 0, "\(system.host.log)")
  }
}
