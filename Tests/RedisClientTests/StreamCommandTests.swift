import NIOCore
import RedisTestServer
import Testing

@testable import RedisClient

@Suite struct StreamCommandTests {
  @Test func `A read that blocks and one that does not`() {
    var blocking = StreamCommands.readGroup(
      "g", consumer: "c", streams: ["s", "t"], count: 12, block: .milliseconds(1500))
    let expected = [
      "XREADGROUP", "GROUP", "g", "c", "COUNT", "12", "BLOCK", "1500", "STREAMS", "s", "t", ">", ">",
    ]
    #expect(arguments(&blocking) == expected)
    var immediate = StreamCommands.readGroup(
      "g", consumer: "c", streams: ["s"], after: "0", count: 1, block: nil)
    #expect(arguments(&immediate) == ["XREADGROUP", "GROUP", "g", "c", "COUNT", "1", "STREAMS", "s", "0"])
  }

  private func arguments(_ command: inout RedisCommand) -> [String?] {
    let bytes = Array(command.encode().readableBytesView)
    return read([bytes[...]]).replies.first?.root.elements?.map(\.string) ?? []
  }

  @Test func `Entries keep the order and the bytes of their fields`() async throws {
    let server = try await RedisTestServer()
    let connection = try await server.connect()
    var add = RedisCommand("XADD", "s", "5-1", "b", "1")
    add.append("a" as StaticString)
    add.append([0, 255] as [UInt8])
    _ = try await connection.send(add)
    _ = try await connection.send(StreamCommands.createGroup("g", of: "s"))
    let reply = try await connection.send(
      StreamCommands.readGroup("g", consumer: "c", streams: ["s"], count: 10, block: nil))
    let entries = try StreamCommands.entries(ofRead: reply).first?.entries ?? []
    #expect(entries.map(\.id) == ["5-1"])
    #expect(entries.first?.fields.map(\.name) == ["b", "a"])
    #expect(entries.first?.fields.last.map { Array($0.value.readableBytesView) } == [0, 255])
    await connection.close()
  }

  @Test func `An entry that was deleted while pending has no fields, and an empty read no entries`()
    async throws
  {
    let server = try await RedisTestServer()
    let connection = try await server.connect()
    _ = try await connection.send(RedisCommand("XADD", "s", "5-1", "a", "1"))
    _ = try await connection.send(StreamCommands.createGroup("g", of: "s"))
    func readGroup(_ after: String) async throws -> [StreamEntry] {
      let command = StreamCommands.readGroup(
        "g", consumer: "c", streams: ["s"], after: after, count: 9, block: nil)
      return try StreamCommands.entries(ofRead: try await connection.send(command)).first?.entries ?? []
    }
    #expect(try await readGroup(">").count == 1)
    #expect(try await readGroup(">").isEmpty)
    _ = try await connection.send(RedisCommand("XDEL", "s", "5-1"))
    let pending = try await readGroup("0")
    #expect(pending.map(\.id) == ["5-1"])
    #expect(pending.first?.fields.isEmpty == true)
    await connection.close()
  }

  @Test(arguments: [
    ":1\r\n", "*1\r\n:1\r\n", "*1\r\n*1\r\n$1\r\ns\r\n", "*1\r\n*2\r\n$1\r\ns\r\n:1\r\n",
    "*1\r\n*2\r\n$1\r\ns\r\n*1\r\n:1\r\n", "*1\r\n*2\r\n$1\r\ns\r\n*1\r\n*1\r\n$3\r\n1-0\r\n", "*0\r\n",
  ])
  func `Another answer than a stream's is an error`(text: String) throws {
    let reply = try #require(read(text).replies.first)
    #expect(throws: RedisError.unexpectedReply(command: "a read of a stream")) {
      try StreamCommands.entries(ofRead: reply)
    }
  }
}
