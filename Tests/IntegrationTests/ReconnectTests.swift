import RedisTestServer
import Testing

@Suite("Trouble with Redis")
struct ReconnectTests {
  /// The server's ids of the connections on which the host waits for work.
  private func waitingReaders(_ system: RunningSystem) throws -> Set<String> {
    let lines = try system.server.cli("CLIENT", "LIST").split(separator: "\n")
    let readers = lines.filter { $0.contains("/reader ") && $0.contains(" flags=b") }
    return Set(readers.compactMap { $0.split(separator: " ").first.map(String.init) })
  }

  @Test("a message in work does not count as delivered again when its reader loses the connection")
  func deliveriesAfterAReconnect() async throws {
    let system = try await RunningSystem(["TestAgents"], settings: ["AGENTHOST_SHUTDOWN_GRACE": "0.1"])
    let listed = try await Finished.agenthost(on: system.server, "agent", "ls")
    // Below the line of titles.
    let roles = listed.output.split(separator: "\n").count - 1
    var before: Set<String> = []
    try await RedisTestServer.wait(until: "a reader waits for each of the \(roles) roles") {
      before = try waitingReaders(system)
      return roles > 1 && before.count == roles
    }
    let request = WireRequest(payload: #"{"seconds":60}"#)
    try await system.wire.send(request, to: "slow")
    try await system.host.waitForLog("slow: begins \(request.messageID)")
    try system.server.cli("CLIENT", "KILL", "TYPE", "normal")
    try await RedisTestServer.wait(until: "new readers wait for all roles") {
      let now = try waitingReaders(system)
      return now.count == roles && now.isDisjoint(with: before)
    }
    let pending = try system.server.cli("XPENDING", "stream:role:slow", "cg:role:slow", "-", "+", "10")
    #expect(pending.split(separator: "\n").last == "1")
    #expect(system.host.log.split(separator: "\n").count { $0.contains("slow: begins") } == 1)
    #expect(try await system.host.stop() == 0, "\(system.host.log)")
  }

  @Test("a connection that is lost while agents are brought in costs no agent")
  func lostWhileStarting() async throws {
    let server = try await RedisTestServer()
    let proxy = try LossyProxy(to: server.socketPath)
    defer { proxy.stop() }
    let agents = try AgentsFolder(["TestAgents"])
    proxy.loseAnswer(to: "CREATECONSUMER")
    let host = try HostProcess(redis: "unix://\(proxy.socketPath)", agents: agents.path)
    try await host.waitUntilReady()
    #expect(proxy.lostAnswers == 1)
    let result = try await Wire(server: server).result(
      of: WireRequest(payload: #"{"times":1}"#), from: "retry")
    #expect(result.errors.isEmpty, "\(host.log)")
    #expect(try await host.stop() == 0, "\(host.log)")
  }

  @Test("connections lost under load: each request is answered, and none twice")
  func connectionsLostUnderLoad() async throws {
    let system = try await RunningSystem()
    let outcome = try await Load(requests: 1_000, inFlight: 64).run(on: system) { answered in
      if answered == 300 { killConnections(ofTheHostIn: system) }
    }
    #expect(outcome.right == 1_000)
    #expect(outcome.wrong == [])
    for role in ["manager", "uppercase", "reverse"] { try await system.wire.waitUntilIdle(role) }
    #expect(try system.wire.commandCount("lpush") == 1_000)
    #expect(try await system.host.stop() == 0, "\(system.host.log)")
  }

  private func killConnections(ofTheHostIn system: RunningSystem) {
    do {
      try system.killHostConnections()
    } catch {
      Issue.record(error, "the host's connections could not be killed")
    }
  }

  @Test("everything deleted: streams and groups are made again, and requests are served")
  func everythingDeleted() async throws {
    let system = try await RunningSystem()
    #expect(try await system.wire.result(of: WireRequest(text: "one"), from: "manager").payload.text == "ENO")
    try system.server.cli("FLUSHALL")
    try await RedisTestServer.wait(until: "the streams of all roles are there again") {
      try system.wire.integer(
        "EXISTS", "stream:role:manager", "stream:role:uppercase", "stream:role:reverse") == 3
    }
    #expect(try await system.wire.result(of: WireRequest(text: "two"), from: "manager").payload.text == "OWT")
    #expect(try await system.host.stop() == 0, "\(system.host.log)")
  }
}
