import NIOCore
import Testing

@testable import RedisClient

@Suite struct StreamEntryTests {
  /// An entry as the server sends it; nil is a null, a number an integer.
  private func entry(_ fields: [String?]) throws -> StreamEntry {
    let texts = fields.map { field in
      guard let field else { return "$-1\r\n" }
      return Int(field) == nil ? "$\(field.utf8.count)\r\n\(field)\r\n" : ":\(field)\r\n"
    }
    let text = "*1\r\n*2\r\n$3\r\n1-0\r\n*\(fields.count)\r\n" + texts.joined()
    var replies: [RedisReply] = []
    try ReplyReader().feed(ByteBuffer(string: text)) { replies.append($0) }
    let reply = try #require(replies.first)
    return try #require(try StreamCommands.entries(of: reply.root).first)
  }

  @Test(
    arguments: [
      ["envelope", "{}"], [], ["envelope"], ["a", "b", "envelope", "{}"],
      ["envelope", "1x", "envelope", "2x"],
      ["a", nil, "envelope", "{}"], ["envelope", nil, "envelope", "{}"], [nil, "x", "envelope", "{}"],
      ["7", "x", "envelope", "{}"], ["envelopes", "x", "envelop", "y"], ["envelope", ""],
      ["a", "xyz", "envelope"],
    ] as [[String?]])
  func `A value that is asked for by its name is that of the fields`(fields: [String?]) throws {
    let entry = try entry(fields)
    let made = StreamEntry(id: entry.id, fields: entry.fields)
    for entry in [entry, made] {
      let (value, byteCount) = entry.value(of: "envelope")
      #expect(value == made.fields.first { $0.name == "envelope" }?.value)
      #expect(byteCount == made.fields.reduce(0) { $0 + $1.value.readableBytes })
    }
    #expect(entry.id == "1-0")
  }

  @Test func `A small reply after a large one has no more room than it needs`() throws {
    let reader = ReplyReader()
    var replies: [RedisReply] = []
    let large = "*3000\r\n" + String(repeating: ":1\r\n", count: 3000)
    for text in [large, "*2\r\n:1\r\n:2\r\n"] {
      try reader.feed(ByteBuffer(string: text)) { replies.append($0) }
    }
    #expect(replies.map(\.nodes.count) == [3001, 3])
    #expect(try #require(replies.last).nodes.capacity < 100)
  }
}
