import RedisTestServer
import Testing

@Suite("What becomes of an entry that has been worked on")
struct AcknowledgementTests {
  @Test("it is deleted while the agents' group is the only one")
  func deleted() async throws {
    let system = try await RunningSystem(["EchoC"])
    _ = try await system.wire.result(of: WireRequest(), from: "echo")
    try await system.wire.waitUntilIdle("echo")
    #expect(try system.wire.integer("EXISTS", "stream:role:echo") == 1)
  }

  @Test("it is left for another group that reads the same stream")
  func left() async throws {
    let server = try await RedisTestServer()
    try server.cli("XGROUP", "CREATE", "stream:role:echo", "audit", "0", "MKSTREAM")
    let wire = Wire(server: server)
    let agents = try AgentsFolder(["EchoC"])
    let host = try HostProcess(redis: server.url, agents: agents.path)
    try await host.waitUntilReady()
    _ = try await wire.result(of: WireRequest(), from: "echo")
    try await RedisTestServer.wait(until: "the entry is acknowledged") { try wire.pending(of: "echo") == 0 }
    #expect(try wire.integer("XLEN", "stream:role:echo") == 1)
  }

  @Test("it is left as well for a group that comes while the host runs")
  func leftForALaterGroup() async throws {
    let system = try await RunningSystem(["EchoC"])
    _ = try await system.wire.result(of: WireRequest(), from: "echo")
    try await system.wire.waitUntilIdle("echo")
    try system.server.cli("XGROUP", "CREATE", "stream:role:echo", "audit", "0")
    // So long a group may go unseen.
    let seen = ContinuousClock.now + .milliseconds(1100)
    try await RedisTestServer.wait(until: "a second has passed") { .now > seen }
    let request = WireRequest()
    _ = try await system.wire.result(of: request, from: "echo")
    try await RedisTestServer.wait(until: "the entry is acknowledged") {
      try system.wire.pending(of: "echo") == 0
    }
    #expect(try system.wire.entries(of: "stream:role:echo").map { $0["envelope"] } == [request.json])
  }
}
