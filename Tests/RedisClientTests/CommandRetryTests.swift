import NIOCore
import RedisTestServer
import Testing

@testable import RedisClient

/// Commands whose answer is lost, or whose server is away.
@Suite struct CommandRetryTests {
  private func client(_ socketPath: String, attempts: Int = 3) async throws -> RedisClient {
    var settings = RedisConnectionSettings(
      address: try RedisAddress(url: "unix://\(socketPath)"), commandTimeout: .seconds(10), name: "retry")
    settings.retryAttempts = attempts
    return await RedisClient(settings: settings, logger: silentLogger)
  }

  @Test func `What may have taken effect is not sent again, unless twice is once`() async throws {
    let server = try await RedisTestServer()
    let proxy = try LossyProxy(to: server.socketPath)
    let client = try await client(proxy.socketPath)
    proxy.loseAnswer(to: "INCR")
    guard case .connectionLost = await redisError({ _ = try await client.send(RedisCommand("INCR", "n")) })
    else {
      Issue.record("the answer was not lost")
      return
    }
    #expect(try server.cli("GET", "n") == "1")
    proxy.loseAnswer(to: "SET")
    let answer = try await client.send(RedisCommand("SET", "k", "v"), effect: .repeatable)
    #expect(answer.root.string == "OK")
    #expect(proxy.lostAnswers == 2)
    await client.close()
    proxy.stop()
  }

  @Test func `A connection that is cut in the middle of a reply leaves nothing of it behind`() async throws {
    let server = try await RedisTestServer()
    let proxy = try LossyProxy(to: server.socketPath)
    let client = try await client(proxy.socketPath)
    try server.cli("SET", "k", String(repeating: "x", count: 1000))
    for kept in [1, 4, 500, 1006] {
      proxy.loseAnswer(to: "GET", cut: .after(bytes: kept))
      let whole = try await client.send(RedisCommand("GET", "k"), effect: .repeatable)
      #expect(whole.root.bytes?.readableBytes == 1000)
      proxy.loseAnswer(to: "GET", cut: .after(bytes: kept))
      guard case .connectionLost = await redisError({ _ = try await client.send(RedisCommand("GET", "k")) })
      else {
        Issue.record("cut after \(kept) bytes, and no error")
        return
      }
    }
    #expect(proxy.lostAnswers == 8)
    await client.close()
    proxy.stop()
  }

  @Test func `Without attempts left the error is the last one's`() async throws {
    let server = try await RedisTestServer()
    server.stop()
    let client = try await client(server.socketPath, attempts: 1)
    guard case .unreachable = await redisError({ _ = try await client.send(RedisCommand("PING")) }) else {
      Issue.record("a server that is gone was reached")
      return
    }
    await client.close()
  }
}
