import Foundation
import NIOCore
import RedisTestServer
import Testing

@testable import RedisClient

@Suite struct TLSTests {
  @Test(arguments: ["localhost", "127.0.0.1"])
  func `A server with the right certificate is spoken to, by name and by address`(host: String) async throws {
    let server = try await TLSServer()
    let connection = try await RedisConnection.open(server.settings(host: host))
    var command = RedisCommand("SET", "k")
    command.append(ByteBuffer(repeating: 0x78, count: 3_000_000))
    _ = try await connection.send(command)
    #expect(try await connection.send(RedisCommand("GET", "k")).root.bytes?.readableBytes == 3_000_000)
    let clients = try server.server.cli("CLIENT", "LIST").split(separator: "\n")
    #expect(clients.contains { $0.contains("name=tls") && $0.contains("laddr=127.0.0.1:\(server.port)") })
    await connection.close()
  }

  @Test func `A password goes through TLS, and is not in the address`() async throws {
    let server = try await TLSServer()
    try server.server.cli("CONFIG", "SET", "requirepass", "ge@heim")
    #expect(try await TLSServer.failure(server.settings(credentials: ":ge%40heim@")) == nil)
    let refused = try await TLSServer.failure(server.settings(credentials: ":falsch@"))
    #expect(refused?.hasPrefix("WRONGPASS") == true)
  }

  @Test func `A certificate for another name is refused, unless that name is asked for`() async throws {
    let server = try await TLSServer { try $0.issue(for: "redis.example") }
    let why = try await TLSServer.failure(server.settings())
    #expect(
      why?.contains("is not for localhost; ") == true && why?.contains("AGENTHOST_TLS_SERVER_NAME") == true)
    let named = RedisTLS(authorities: server.authority.path, serverName: "redis.example")
    #expect(try await TLSServer.failure(server.settings(tls: named)) == nil)
    #expect(try await TLSServer.failure(server.settings(host: "127.0.0.1"))?.contains("127.0.0.1") == true)
    let other = RedisTLS(authorities: server.authority.path, serverName: "other.example")
    #expect(try await TLSServer.failure(server.settings(tls: other))?.contains("other.example") == true)
  }

  @Test func `A certificate that nobody trusted has signed is refused`() async throws {
    let server = try await TLSServer()
    for authorities in [try server.strangeAuthority().path, nil] {
      let why = try await TLSServer.failure(server.settings(tls: RedisTLS(authorities: authorities)))
      #expect(
        why?.contains("nobody who is trusted here") == true && why?.contains("AGENTHOST_TLS_CA") == true)
    }
  }

  @Test func `A certificate whose time is over, or has not come, is refused with the day`() async throws {
    let expired = try await TLSServer {
      try $0.issue(for: "localhost", validFrom: -20 * 86_400, until: -10 * 86_400)
    }
    let day = Date(timeIntervalSinceNow: -10 * 86_400).formatted(.iso8601.year().month().day())
    let why = try await TLSServer.failure(expired.settings())
    #expect(why == "the server's certificate was valid until \(day); have it renewed")
    let early = try await TLSServer { try $0.issue(for: "localhost", validFrom: 86_400, until: 2 * 86_400) }
    #expect(try await TLSServer.failure(early.settings())?.contains("valid only from 20") == true)
  }

  @Test func `A server that asks who we are is shown our certificate`() async throws {
    let server = try await TLSServer(asksForCertificate: true)
    let ours = try server.authority.issue(for: "us")
    let shown = RedisTLS(authorities: server.authority.path, certificate: ours.certificate, key: ours.key)
    #expect(try await TLSServer.failure(server.settings(tls: shown)) == nil)
    let strange = try server.strangeAuthority().issue(for: "us")
    let unknown = RedisTLS(
      authorities: server.authority.path, certificate: strange.certificate, key: strange.key)
    for tls in [nil, unknown] {
      let why = try await TLSServer.failure(server.settings(tls: tls))
      #expect(why?.hasPrefix("the server refused TLS (") == true, "\(why ?? "accepted")")
      #expect(why?.contains("AGENTHOST_TLS_CERTIFICATE") == true)
    }
  }

  @Test func `A server without TLS is told from one with it`() async throws {
    let port = try TLSServer.freePort()
    let server = try await RedisTestServer(arguments: ["--port", String(port), "--bind", "127.0.0.1"])
    var settings = RedisConnectionSettings(
      address: try RedisAddress(url: "rediss://localhost:\(port)"), connectTimeout: .seconds(1), name: "tls")
    let why = await TLSServer.failure(settings)
    #expect(why?.contains("redis://") == true && why?.contains("TLS") == true, "\(why ?? "accepted")")
    settings.address = try RedisAddress(url: "redis://localhost:\(port)")
    #expect(await TLSServer.failure(settings) == nil)
    server.stop()
  }

  @Test func `A server with TLS that is spoken to without it is told by the end of the connection`()
    async throws
  {
    let server = try await TLSServer()
    let address = try RedisAddress(url: "redis://localhost:\(server.port)")
    let why = await TLSServer.failure(RedisConnectionSettings(address: address, name: "tls"))
    #expect(why?.hasSuffix("; a server with TLS wants rediss://") == true, "\(why ?? "accepted")")
  }

  @Test func `A file that can't be used is named, and nothing of a key is shown`() async throws {
    let server = try await TLSServer()
    let ours = try server.authority.issue(for: "us")
    let others = try server.authority.issue(for: "others")
    let authority = server.authority.path
    let rows: [(RedisTLS, String)] = [
      (RedisTLS(authorities: "/none.pem"), "AGENTHOST_TLS_CA: "),
      (RedisTLS(authorities: ours.key), "AGENTHOST_TLS_CA: "),
      (
        RedisTLS(authorities: authority, certificate: "/none.pem", key: ours.key),
        "AGENTHOST_TLS_CERTIFICATE: "
      ),
      (RedisTLS(authorities: authority, certificate: ours.certificate), "only one is set"),
      (RedisTLS(authorities: authority, key: ours.key), "only one is set"),
      (RedisTLS(authorities: authority, certificate: ours.certificate, key: "/none"), "AGENTHOST_TLS_KEY: "),
      (
        RedisTLS(authorities: authority, certificate: ours.certificate, key: ours.certificate),
        "AGENTHOST_TLS_KEY: "
      ),
      (RedisTLS(authorities: authority, certificate: ours.certificate, key: others.key), "is not the key of"),
    ]
    let secret = try String(contentsOfFile: ours.key, encoding: .utf8).split(separator: "\n")[1].prefix(20)
    for (tls, expected) in rows {
      let why = try await TLSServer.failure(server.settings(tls: tls))
      #expect(why?.contains(expected) == true, "\(why ?? "accepted")")
      #expect(why?.contains(secret) == false)
    }
  }

  @Test func `A server that is killed is a lost connection, and is found again`() async throws {
    let server = try await TLSServer()
    let client = await RedisClient(settings: try server.settings(), logger: silentLogger)
    _ = try await client.send(RedisCommand("PING"))
    async let blocked = redisError {
      let reader = try await client.openDedicated(name: "reader")
      _ = try await reader.sendBlocking(RedisCommand("BLPOP", "none", "0"), block: .seconds(60))
    }
    try await RedisTestServer.wait(until: "BLPOP blocks") {
      try server.server.cli("INFO", "clients").contains("blocked_clients:1")
    }
    server.server.stop()
    #expect(await blocked == .connectionLost(why: "the server closed it"))
    try await server.server.restart()
    #expect(try await client.send(RedisCommand("PING"), effect: .repeatable).root.string == "PONG")
    await client.close()
  }
}
