import NIOCore
import RedisTestServer
import Testing

@testable import RedisClient

/// The check at work, against a server that stops, dies and comes back; nobody else sends anything.
@Suite struct HealthCheckTests {
  /// Runs a check every 100 ms while `body` does something to the server.
  private func withCheck(
    _ server: RedisTestServer, commandTimeout: TimeAmount = .seconds(10),
    interval: TimeAmount = .milliseconds(100),
    _ body: (RedisClient) async throws -> Void
  ) async throws {
    let settings = try server.settings(commandTimeout: commandTimeout, name: "checked")
    let client = await RedisClient(settings: settings, logger: silentLogger)
    let check = await HealthCheck(client: client, interval: interval, warnsOfLoss: false)
    try await withThrowingDiscardingTaskGroup { group in
      group.addTask { await check.run() }
      try await body(client)
      await client.close()
      group.cancelAll()
    }
    #expect(await client.health.state == .closed)
  }

  private func waitUntilConnected(_ client: RedisClient) async throws {
    try await RedisTestServer.wait(until: "the client is connected") {
      await client.health.state == .connected
    }
  }

  private func waitUntilReconnecting(_ client: RedisClient) async throws {
    try await RedisTestServer.wait(until: "the loss is noticed") {
      if case .reconnecting = await client.health.state { true } else { false }
    }
  }

  @Test func `It connects by itself, and measures`() async throws {
    let server = try await RedisTestServer()
    try await withCheck(server) { client in
      try await RedisTestServer.wait(until: "three PINGs are answered") {
        await client.health.latency.count >= 3
      }
      let health = await client.health
      #expect(health.state == .connected && health.failures == 0)
      let (last, slowest) = (try #require(health.latency.last), try #require(health.latency.percentile99))
      #expect(last > .zero && last <= slowest && slowest < .seconds(10))
    }
  }

  @Test func `A server that is killed and started again is found, without a wait for the next check`()
    async throws
  {
    let server = try await RedisTestServer()
    try await withCheck(server, interval: .hours(1)) { client in
      try await waitUntilConnected(client)
      server.stop()
      try await waitUntilReconnecting(client)
      try await RedisTestServer.wait(until: "an attempt is in vain") { await client.health.failures > 1 }
      try await server.restart()
      try await waitUntilConnected(client)
      #expect(try await client.send(RedisCommand("PING")).root.string == "PONG")
    }
  }

  @Test func `A server that stops for longer than a command may take is found when it goes on`() async throws
  {
    let server = try await RedisTestServer()
    try await withCheck(server, commandTimeout: .milliseconds(300)) { client in
      try await waitUntilConnected(client)
      server.freeze()
      defer { server.thaw() }
      try await waitUntilReconnecting(client)
      server.thaw()
      try await waitUntilConnected(client)
      #expect(await client.health.failures > 0)
    }
    try await RedisTestServer.wait(until: "nothing is left of the attempts") {
      try !server.cli("CLIENT", "LIST").contains("name=checked")
    }
  }

  @Test func `A server that loads its data answers that it does, and is waited for`() async throws {
    let server = try await RedisTestServer.loading()
    var settings = try server.settings(name: "checked")
    settings.retryAttempts = 100
    let client = await RedisClient(settings: settings, logger: silentLogger)
    #expect(await redisError { try await client.connect() }?.meaning == .passing)
    async let answer = client.send(RedisCommand("DBSIZE"))
    try server.finishLoading()
    #expect(try await answer.root.integer == 1000)
    await client.close()
  }

  @Test func `A command that is sent while the server is away reaches the one that comes back, once`()
    async throws
  {
    let server = try await RedisTestServer()
    var settings = try server.settings()
    settings.retryAttempts = 100
    let client = await RedisClient(settings: settings, logger: silentLogger)
    try await client.connect()
    server.stop()
    try await waitUntilReconnecting(client)
    let failures = await client.health.failures
    async let answer = client.send(RedisCommand("INCR", "n"))
    try await RedisTestServer.wait(until: "an attempt is in vain") { await client.health.failures > failures }
    try await server.restart()
    #expect(try await answer.root.integer == 1)
    await client.close()
  }
}
