import RedisTestServer
import Testing

@Suite("A start that fails")
struct FailedStartTests {
  @Test("Redis can't be reached: exit 4")
  func noRedis() async throws {
    let agents = try AgentsFolder(["EchoC"])
    let host = try HostProcess(redis: "unix:///tmp/agenthost-no-such-server.sock", agents: agents.path)
    #expect(try await host.exitStatus() == 4)
    #expect(host.log.contains("/tmp/agenthost-no-such-server.sock"))
    #expect(!host.log.contains("is ready"))
  }

  @Test("the agents' folder is missing: exit 3, and nothing is left in Redis")
  func noFolder() async throws {
    let server = try await RedisTestServer()
    let host = try HostProcess(redis: server.url, agents: "/tmp/agenthost-no-such-folder")
    #expect(try await host.exitStatus() == 3)
    #expect(host.log.contains("/tmp/agenthost-no-such-folder"))
    #expect(host.log.contains("--agents-dir"))
    #expect(try server.cli("KEYS", "*") == "")
    try await server.waitUntilNobodyIsConnected()
  }

  @Test(
    "a setting or an address that can't be used: exit 3, with its name",
    arguments: [("AGENTHOST_CONCURRENCY", "lots"), ("REDIS_URL", "http://127.0.0.1"), ("LOG_LEVEL", "LOUD")])
  func badSetting(name: String, value: String) async throws {
    let agents = try AgentsFolder([])
    let host = try HostProcess(redis: nil, agents: agents.path, settings: [name: value])
    #expect(try await host.exitStatus() == 3)
    #expect(host.log.contains(name))
  }

  @Test("a Redis that still loads its data is no failure: it is waited for")
  func loadingRedis() async throws {
    let server = try await RedisTestServer.loading()
    let agents = try AgentsFolder(["EchoC"])
    let host = try HostProcess(redis: server.url, agents: agents.path)
    try await host.waitForLog("waiting until Redis is ready: Redis answered with an error: LOADING")
    try server.finishLoading()
    try await host.waitUntilReady()
    #expect(try await host.stop() == 0, "\(host.log)")
  }

  @Test("no agent there is no failure: libraries may come later")
  func noAgents() async throws {
    let system = try await RunningSystem([])
    #expect(system.host.log.contains("there is no agent to serve"))
    #expect(try await system.host.stop() == 0, "\(system.host.log)")
  }
}
