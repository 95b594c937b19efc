import RedisTestServer
import Testing

@testable import RedisClient

@Suite struct DurabilityTests {
  @Test(
    arguments: [
      ([:], []),
      (["maxmemory": "0", "maxmemory-policy": "allkeys-lru", "appendonly": "yes", "save": ""], []),
      (["maxmemory": "1000", "maxmemory-policy": "noeviction", "appendonly": "no", "save": "3600 1"], []),
      (
        ["maxmemory": "1000", "maxmemory-policy": "volatile-ttl", "appendonly": "yes"],
        [DurabilityRisk.eviction(policy: "volatile-ttl")]
      ),
      (["appendonly": "no", "save": ""], [.noPersistence]),
      (["appendonly": "no"], []), (["save": ""], []),
    ] as [([String: String], [DurabilityRisk])])
  func `A configuration has these risks`(configuration: [String: String], risks: [DurabilityRisk]) {
    #expect(DurabilityRisk.all(in: configuration) == risks)
  }

  @Test func `Each risk of a server is told once`() async throws {
    let server = try await RedisTestServer()
    let client = await RedisClient(settings: try server.settings(), logger: silentLogger)
    let check = DurabilityCheck()
    #expect(await check.newRisks(of: client) == [.noPersistence])
    #expect(await check.newRisks(of: client) == [])
    try server.cli("CONFIG", "SET", "maxmemory", "100mb", "maxmemory-policy", "allkeys-lru")
    #expect(await check.newRisks(of: client) == [.eviction(policy: "allkeys-lru")])
    await client.close()
  }

  @Test func `A server that does not let us ask has none`() async throws {
    let server = try await RedisTestServer()
    try server.cli("ACL", "SETUSER", "app", "on", ">secret", "~*", "&*", "+@all", "-config")
    let settings = try server.settings(credentials: "app:secret@")
    let client = await RedisClient(settings: settings, logger: silentLogger)
    let check = DurabilityCheck()
    #expect(await check.newRisks(of: client) == [])
    await client.close()
  }
}
