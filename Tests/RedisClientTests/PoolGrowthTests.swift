import NIOCore
import RedisTestServer
import Testing

@testable import RedisClient

/// The pool against a server that is stopped for a while, so that commands stay under way.
@Suite struct PoolGrowthTests {
  /// Two of these are more than a connection takes.
  private static let large = ByteBuffer(repeating: 0x78, count: 3 << 20)

  private func client(of server: RedisTestServer, ceiling: Int) async throws -> RedisClient {
    var settings = try server.settings(commandTimeout: .seconds(60), name: "pool")
    settings.maximumConnections = ceiling
    return await RedisClient(settings: settings, logger: silentLogger)
  }

  private func setLarge(_ client: RedisClient, _ key: String) async throws {
    var command = RedisCommand("SET")
    command.append(key)
    command.append(Self.large)
    _ = try await client.send(command)
  }

  private func connections(_ server: RedisTestServer) throws -> Int {
    try server.cli("CLIENT", "LIST").split(separator: "\n").filter { $0.contains("name=pool") }.count
  }

  @Test(arguments: [(ceiling: 1, expected: 1), (2, 2), (20, 5)])
  func `Connections are opened for bytes under way, up to the ceiling, and closed when they are idle`(
    row: (ceiling: Int, expected: Int)
  ) async throws {
    let server = try await RedisTestServer()
    let client = try await client(of: server, ceiling: row.ceiling)
    _ = try await client.send(RedisCommand("PING"))
    try await withThrowingTaskGroup(of: Void.self) { group in
      server.freeze()
      for number in 0..<10 { group.addTask { try await setLarge(client, "k\(number)") } }
      try await RedisTestServer.wait(until: "all commands are under way, or wait") {
        let (sent, waiting) = await client.load
        return sent + waiting == 10
      }
      #expect(await client.load.sent == 2, "the others wait for connections, or for room")
      server.thaw()
      try await group.waitForAll()
    }
    #expect(try server.cli("DBSIZE") == "10")
    #expect(try (1...row.expected).contains(connections(server)))
    #expect(try (connections(server) > 1) == (row.ceiling > 1))
    // Again and again, as the check does: an attempt may have been under way until now.
    try await RedisTestServer.wait(until: "one connection is left") {
      await client.closeIdle()
      return try connections(server) == 1
    }
    await client.close()
  }

  @Test func `A small command does not pass large ones that wait, and a cancelled one goes`() async throws {
    let server = try await RedisTestServer()
    let client = try await client(of: server, ceiling: 1)
    _ = try await client.send(RedisCommand("PING"))
    server.freeze()
    async let first: Void = setLarge(client, "a")
    async let second: Void = setLarge(client, "b")
    try await RedisTestServer.wait(until: "the connection is full") { await client.load.sent == 2 }
    let cancelled = Task { await redisError { _ = try await client.send(RedisCommand("INCR", "cancelled")) } }
    let kept = Task { try await client.send(RedisCommand("INCR", "kept")).root.integer }
    try await RedisTestServer.wait(until: "both wait") { await client.load.waiting == 2 }
    cancelled.cancel()
    #expect(
      await cancelled.value == .notSent(why: "the task that waited to send it was cancelled"))
    #expect(await client.load.waiting == 1)
    server.thaw()
    _ = try await (first, second)
    #expect(try await kept.value == 1)
    #expect(try server.cli("EXISTS", "cancelled") == "0")
    await client.close()
  }

  @Test func `Closing ends what waits for room`() async throws {
    let server = try await RedisTestServer()
    let client = try await client(of: server, ceiling: 1)
    _ = try await client.send(RedisCommand("PING"))
    server.freeze()
    defer { server.thaw() }
    let sent = (0..<3).map { number in Task { await redisError { try await setLarge(client, "\(number)") } } }
    try await RedisTestServer.wait(until: "one waits") { await client.load.waiting == 1 }
    await client.close()
    var errors: [RedisError?] = []
    for task in sent { errors.append(await task.value) }
    #expect(errors.filter { $0 == .notSent(why: "the client is closed") }.count == 1)
    #expect(errors.filter { $0 == .connectionLost(why: "it was closed here") }.count == 2)
  }
}
