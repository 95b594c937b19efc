import NIOCore
import RedisTestServer
import Testing

@testable import RedisClient

@Suite struct RedisConnectionTests {
  @Test func `A thousand commands at once each get their own answer`() async throws {
    let server = try await RedisTestServer()
    let connection = try await server.connect()
    let answers = try await withThrowingTaskGroup(of: (Int, String?, Int?).self) { group in
      for number in 0..<1000 {
        group.addTask {
          // Sizes differ, so that answers do not end where pieces of the network do.
          let text = "\(number)/" + String(repeating: "x", count: number % 97)
          async let echo = connection.send(RedisCommand("ECHO", text)).root.string
          async let count = connection.send(RedisCommand("INCR", "counter")).root.integer
          return try await (number, echo?.split(separator: "/").first.map(String.init), count)
        }
      }
      return try await group.reduce(into: []) { $0.append($1) }
    }
    #expect(answers.allSatisfy { $0.1 == String($0.0) })
    #expect(answers.compactMap(\.2).sorted() == Array(1...1000))
    await connection.close()
  }

  @Test func `An error answer is thrown, and the next command goes on`() async throws {
    let server = try await RedisTestServer()
    let connection = try await server.connect()
    _ = try await connection.send(RedisCommand("SET", "text", "x"))
    let error = await redisError { _ = try await connection.send(RedisCommand("LPUSH", "text", "y")) }
    #expect(error?.meaning == .wrongType)
    #expect(try await connection.send(RedisCommand("GET", "text")).root.string == "x")
    await connection.close()
  }

  @Test func `An error within an array is a value, and throws nothing`() async throws {
    let server = try await RedisTestServer()
    let connection = try await server.connect()
    let script = "return {redis.pcall('NO_SUCH_COMMAND'), 7}"
    let reply = try await connection.send(RedisCommand("EVAL", script, "0"))
    var elements = try #require(reply.root.elements)
    #expect(elements.next()?.errorText != nil)
    #expect(elements.next()?.integer == 7)
    await connection.close()
  }

  @Test func `The database of the address is selected, and the name is set`() async throws {
    let server = try await RedisTestServer()
    let connection = try await RedisConnection.open(server.settings(query: "?db=5", name: "who"))
    let information = try await connection.send(RedisCommand("CLIENT", "INFO")).root.string ?? ""
    #expect(information.contains(" db=5 ") && information.contains(" name=who "))
    #expect(await information.hasPrefix("id=\(connection.clientID) "))
    let error = await redisError { _ = try await RedisConnection.open(server.settings(query: "?db=99")) }
    #expect(error?.description.contains("ERR") == true)
    await connection.close()
  }

  @Test func `The right password opens, and a wrong one or none does not`() async throws {
    let server = try await RedisTestServer()
    let administrator = try await server.connect()
    _ = try await administrator.send(RedisCommand("ACL", "SETUSER", "bob", "on", ">b@b", "~*", "+@all"))
    _ = try await administrator.send(RedisCommand("CONFIG", "SET", "requirepass", "ge heim"))
    for credentials in [":ge%20heim@", "bob:b%40b@"] {
      let connection = try await RedisConnection.open(server.settings(credentials: credentials))
      #expect(try await connection.send(RedisCommand("PING")).root.string == "PONG")
      await connection.close()
    }
    for (credentials, code) in [(":wrong@", "WRONGPASS"), ("bob:ge%20heim@", "WRONGPASS"), ("", "NOAUTH")] {
      let error = await redisError {
        _ = try await RedisConnection.open(server.settings(credentials: credentials))
      }
      #expect(error?.description.contains(code) == true && error?.meaning == nil)
    }
    try await RedisTestServer.wait(until: "connections that were refused have ended") {
      let open = try await administrator.send(RedisCommand("CLIENT", "LIST")).root.string ?? ""
      return open.split(separator: "\n").count == 1
    }
    await administrator.close()
  }

  @Test func `A socket on which nobody listens is unreachable, by its address`() async throws {
    let server = try await RedisTestServer()
    server.stop()
    let error = await redisError { _ = try await server.connect() }
    guard case .unreachable(let address, _) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(address == server.url)
  }

  @Test func `A server that does not answer is given up after the command's time`() async throws {
    let server = try await RedisTestServer()
    let connection = try await RedisConnection.open(server.settings(commandTimeout: .seconds(1)))
    server.freeze()
    defer { server.thaw() }
    async let first = redisError { _ = try await connection.send(RedisCommand("PING")) }
    async let second = redisError { _ = try await connection.send(RedisCommand("PING")) }
    #expect(await first == .timedOut(seconds: 1.0))
    #expect(await second == .timedOut(seconds: 1.0))
    #expect(await !connection.isOpen)
    #expect(
      await redisError { _ = try await connection.send(RedisCommand("PING")) } == .timedOut(seconds: 1.0))
  }

  @Test func `A command that blocks may take longer than one that does not`() async throws {
    let server = try await RedisTestServer()
    let connection = try await RedisConnection.open(server.settings(commandTimeout: .seconds(1)))
    let reply = try await connection.sendBlocking(
      RedisCommand("BLPOP", "none", "1.2"), block: .milliseconds(1200))
    #expect(reply.root.isNull)
    #expect(await connection.isOpen)
    await connection.close()
  }

  @Test func `Whoever waits learns that the server was killed, and so does onClose`() async throws {
    let server = try await RedisTestServer()
    let connection = try await server.connect()
    let (closes, closed) = AsyncStream.makeStream(of: RedisError.self)
    await connection.onClose { closed.yield($0) }
    async let error = redisError {
      _ = try await connection.sendBlocking(RedisCommand("BLPOP", "none", "0"), block: .seconds(60))
    }
    try await RedisTestServer.wait(until: "BLPOP blocks") {
      try server.cli("INFO", "clients").contains("blocked_clients:1")
    }
    server.stop()
    guard case .connectionLost = await error else {
      Issue.record("\(String(describing: await error))")
      return
    }
    var iterator = closes.makeAsyncIterator()
    #expect(await iterator.next() == error)
    #expect(await !connection.isOpen)
  }

  @Test func `Who asks only after its end is told at once`() async throws {
    let server = try await RedisTestServer()
    let connection = try await server.connect()
    await connection.close()
    let (closes, closed) = AsyncStream.makeStream(of: RedisError.self)
    await connection.onClose { closed.yield($0) }
    var iterator = closes.makeAsyncIterator()
    #expect(await iterator.next() == .connectionLost(why: "it was closed here"))
  }

  @Test func `CLIENT UNBLOCK ends a read that blocks as if its time were up`() async throws {
    let server = try await RedisTestServer()
    let client = await RedisClient(settings: try server.settings(), logger: silentLogger)
    let reader = try await client.openDedicated(name: "reader")
    let administrator = try await server.connect()
    async let reply = reader.sendBlocking(
      RedisCommand("XREAD", "BLOCK", "60000", "STREAMS", "s", "$"), block: .seconds(60))
    try await RedisTestServer.wait(until: "the read blocks") {
      let clients = try await administrator.send(RedisCommand("INFO", "clients")).root.string
      return clients?.contains("blocked_clients:1") == true
    }
    try await client.unblock(reader)
    #expect(try await reply.root.isNull)
    #expect(try await reader.send(RedisCommand("PING")).root.string == "PONG")
    await reader.close()
    await client.close()
    await administrator.close()
  }

  @Test func `A reply that nobody asked for closes the connection`() async throws {
    let server = try await RedisTestServer()
    let connection = try await server.connect()
    let (closes, closed) = AsyncStream.makeStream(of: RedisError.self)
    await connection.onClose { closed.yield($0) }
    _ = try await connection.send(RedisCommand("MONITOR"))
    try server.cli("PING")
    var iterator = closes.makeAsyncIterator()
    #expect(await iterator.next() == .protocolViolation("a reply that nobody asked for"))
    #expect(await !connection.isOpen)
  }

  @Test func `A reply beyond the limit closes the connection`() async throws {
    let server = try await RedisTestServer()
    var settings = try server.settings()
    settings.replyLimits.bytes = 100_000
    let connection = try await RedisConnection.open(settings)
    _ = try await connection.send(RedisCommand("SETRANGE", "large", "200000", "x"))
    let error = await redisError { _ = try await connection.send(RedisCommand("GET", "large")) }
    guard case .protocolViolation = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(await !connection.isOpen)
  }
}
