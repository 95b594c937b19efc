import Foundation
import RedisTestServer
import Testing

@Suite("Pausing and resuming roles")
struct RoleCommandTests {
  @Test("a paused role takes nothing, also after a restart; resumed, it takes what has come")
  func pausedAcrossARestart() async throws {
    let server = try await RedisTestServer()
    let agents = try AgentsFolder(["TestAgents"])
    let first = try HostProcess(redis: server.url, agents: agents.path)
    try await first.waitUntilReady()
    let wire = Wire(server: server)
    #expect(
      try await Finished.agenthost(on: server, "role", "pause", "slow").output == "role slow is paused\n")
    try await first.waitForLog("role slow is paused")
    let requests = (0..<3).map { _ in WireRequest(payload: #"{"seconds":0}"#) }
    try await wire.send(requests[0], to: "slow")
    try await wire.send(requests[1], to: "slow:prio:high")
    // Other roles go on.
    #expect(try await wire.result(of: WireRequest(payload: #"{"times":1}"#), from: "retry").errors.isEmpty)
    #expect(try await first.stop() == 0, "\(first.log)")
    let second = try HostProcess(redis: server.url, agents: agents.path, after: first)
    try await second.waitUntilReady()
    try await wire.send(requests[2], to: "slow")
    #expect(try await wire.result(of: WireRequest(payload: #"{"times":1}"#), from: "retry").errors.isEmpty)
    #expect(try wire.pending(of: "slow") == 0)
    let listed = try await Finished.agenthost(on: server, "role", "ls")
    let row = listed.output.split(separator: "\n").first { $0.hasPrefix("slow ") }
    #expect(row?.split(separator: " ") == ["slow", "1", "3", "0", "0", "0", "paused"], "\(listed.output)")
    let json = try await Finished.agenthost(on: server, "role", "ls", "--json")
    let roles = try JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [[String: Any]]
    let slow = try #require(roles?.first { $0["role"] as? String == "slow" })
    #expect(slow["paused"] as? Bool == true && slow["waiting"] as? Int == 3)
    #expect(try await Finished.agenthost(on: server, "role", "resume", "slow").status == 0)
    for request in requests { #expect(try await wire.result(from: request.resultList).errors.isEmpty) }
    #expect(try await second.stop() == 0, "\(second.log)")
  }

  @Test("what no role can be called is refused", arguments: ["", "with{braces}", "two\nlines"])
  func noRole(name: String) async throws {
    let server = try await RedisTestServer()
    for verb in ["pause", "resume"] {
      #expect(try await Finished.agenthost(on: server, "role", verb, name).status == 2)
    }
    #expect(try server.cli("EXISTS", "agenthost:desired") == "0")
  }

  @Test("a host that does not hear the message looks by itself")
  func looksByItself() async throws {
    let system = try await RunningSystem(["TestAgents"])
    try system.server.cli("HSET", "agenthost:desired", "paused:slow", "1", "version", "77")
    try await system.host.waitForLog("role slow is paused")
    #expect(try await system.host.stop() == 0, "\(system.host.log)")
  }

  @Test("what can't be read of cancelled requests keeps nobody from pausing a role")
  func pausedBesideABadKey() async throws {
    let system = try await RunningSystem(["TestAgents"])
    try system.server.cli("SET", "agenthost:cancelled", "no set")
    #expect(try await Finished.agenthost(on: system.server, "role", "pause", "slow").status == 0)
    try await system.host.waitForLog("role slow is paused")
    #expect(try await system.host.stop() == 0, "\(system.host.log)")
  }

  @Test("a role is paused also while an agent takes its time to start")
  func pausedDuringAReload() async throws {
    let folder = try TemporaryFolder()
    let system = try await RunningSystem(
      ["ManagerAgent"], settings: ["TEST_START_FILE": folder.path(of: "start")])
    try system.agents.add("TestAgents")
    try system.server.cli("HSET", "agenthost:desired", "reload", "5", "version", "3")
    try await system.host.waitForLog("slow: starts")
    try system.server.cli("HSET", "agenthost:desired", "paused:manager", "1", "version", "4")
    try await system.host.waitForLog("role manager is paused")
    #expect(!system.host.log.contains("reload: "))
    try Data().write(to: URL(fileURLWithPath: folder.path(of: "start")))
    try await system.host.waitForLog("reload: new 1")
    #expect(try await system.host.stop() == 0, "\(system.host.log)")
  }

  @Test("a reload that was asked for while the host was away from its server is carried out")
  func reloadUnheard() async throws {
    let system = try await RunningSystem(["TestAgents"])
    try system.server.cli("HSET", "agenthost:desired", "reload", "5", "version", "3")
    try await system.host.waitForLog("reload: ")
    #expect(try await system.host.stop() == 0, "\(system.host.log)")
  }

  @Test("what came as urgent goes on as urgent")
  func priorityIsInherited() async throws {
    let system = try await RunningSystem()
    #expect(try await Finished.agenthost(on: system.server, "role", "pause", "uppercase").status == 0)
    try await system.host.waitForLog("role uppercase is paused")
    let request = WireRequest(text: "urgent")
    try await system.wire.send(request, to: "manager:prio:high")
    try await RedisTestServer.wait(until: "the urgent message waits for role uppercase") {
      try system.wire.integer("XLEN", "stream:role:uppercase:prio:high") == 1
    }
    #expect(try system.wire.integer("XLEN", "stream:role:uppercase") == 0)
    #expect(try await Finished.agenthost(on: system.server, "role", "resume", "uppercase").status == 0)
    #expect(try await system.wire.result(from: request.resultList).payload.text == "TNEGRU")
    #expect(try await system.host.stop() == 0, "\(system.host.log)")
  }
}
