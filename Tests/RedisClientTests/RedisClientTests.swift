import NIOCore
import RedisTestServer
import Testing

@testable import RedisClient

@Suite struct RedisClientTests {
  private func connectionID(_ client: RedisClient) async throws(RedisError) -> Int? {
    try await client.send(RedisCommand("CLIENT", "ID")).root.integer
  }

  @Test func `Callers that come first share one connection`() async throws {
    let server = try await RedisTestServer()
    let client = await RedisClient(settings: try server.settings(), logger: silentLogger)
    let identifiers = try await withThrowingTaskGroup(of: Int?.self) { group in
      for _ in 0..<50 { group.addTask { try await connectionID(client) } }
      return try await group.reduce(into: Set<Int?>()) { $0.insert($1) }
    }
    #expect(identifiers.count == 1)
    await client.close()
  }

  @Test func `A connection that the server has killed is made again`() async throws {
    let server = try await RedisTestServer()
    let client = await RedisClient(settings: try server.settings(), logger: silentLogger)
    let administrator = try await server.connect()
    let first = try await connectionID(client)
    _ = try await administrator.send(RedisCommand("CLIENT", "KILL", "ID", String(first ?? 0)))
    try await RedisTestServer.wait(until: "the client has another connection") {
      let next = try? await connectionID(client)
      return next != nil && next != first
    }
    await client.close()
    await administrator.close()
  }

  @Test func `A server that is gone is an error for each command, until it is back`() async throws {
    let server = try await RedisTestServer()
    let client = await RedisClient(settings: try server.settings(), logger: silentLogger)
    let stopped = try await RedisTestServer()
    let lost = await RedisClient(settings: try stopped.settings(), logger: silentLogger)
    _ = try await connectionID(lost)
    stopped.stop()
    try await RedisTestServer.wait(until: "the loss is noticed") {
      guard case .unreachable = await redisError({ _ = try await connectionID(lost) }) else { return false }
      return true
    }
    #expect(try await connectionID(client) != nil, "another client is not touched")
    await client.close()
    await lost.close()
  }

  @Test func `A client that is closed sends nothing more`() async throws {
    let server = try await RedisTestServer()
    let client = await RedisClient(settings: try server.settings(name: "closing"), logger: silentLogger)
    _ = try await connectionID(client)
    await client.close()
    #expect(
      await redisError { _ = try await connectionID(client) } == .notSent(why: "the client is closed"))
    try await RedisTestServer.wait(until: "the connection has ended") {
      try !server.cli("CLIENT", "LIST").contains("name=closing")
    }
  }

  @Test func `A client that is closed while it connects keeps no connection`() async throws {
    let server = try await RedisTestServer()
    let client = await RedisClient(settings: try server.settings(name: "closing"), logger: silentLogger)
    server.freeze()
    async let outcome = redisError { _ = try await connectionID(client) }
    // Connecting succeeds without the server's help; its answers are what is waited for.
    await Task { @IOActor in await Task.yield() }.value
    await client.close()
    server.thaw()
    #expect(await outcome == .notSent(why: "the client is closed"))
    try await RedisTestServer.wait(until: "the connection has ended") {
      try !server.cli("CLIENT", "LIST").contains("name=closing")
    }
  }

  @Test func `A dedicated connection shows whose it is`() async throws {
    let server = try await RedisTestServer()
    let client = await RedisClient(settings: try server.settings(name: "host"), logger: silentLogger)
    let dedicated = try await client.openDedicated(name: "reader")
    #expect(try await dedicated.send(RedisCommand("CLIENT", "GETNAME")).root.string == "host/reader")
    await dedicated.close()
    await client.close()
  }
}
