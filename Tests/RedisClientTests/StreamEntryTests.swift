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
    let made = StreamEntry(entry.position, fields: entry.fields)
    for entry in [entry, made] {
      let (value, byteCount) = entry.value(of: "envelope")
      #expect(
        value.map { ByteBuffer(bytes: $0) } == made.fields.first { $0.name == "envelope" }?.value)
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

  @Test func `What somebody holds of a reply has little more memory than its texts`() {
    var texts = ReplyTexts()
    defer { texts.free() }
    texts.reserve(1 << 20)
    #expect(Array("12345".utf8).withUnsafeBytes { texts.append($0) } == 0)
    #expect(Array("67".utf8).withUnsafeBytes { texts.append($0) } == 5)
    texts.trim()
    #expect(texts.capacity < 8192 && texts.count == 7)
    #expect(texts.bytes(at: 4, count: 3).elementsEqual("567".utf8))
    var none = ReplyTexts()
    none.reserve(1000)
    none.trim()
    #expect(none.capacity == 0 && none.bytes(at: 0, count: 0).isEmpty)
  }

  @Test func `An entry's id is read and kept as the server wrote it`() throws {
    for (text, isID) in [
      ("1-0", true), ("01-007", true), ("1", false), ("", false), ("1-", false), ("a-1", false),
    ] {
      var replies: [RedisReply] = []
      let reply = "*1\r\n*2\r\n$\(text.utf8.count)\r\n\(text)\r\n*2\r\n$1\r\na\r\n$1\r\nb\r\n"
      try ReplyReader().feed(ByteBuffer(string: reply)) { replies.append($0) }
      let root = try #require(replies.first).root
      guard isID else {
        #expect(throws: RedisError.self, "\(text)") { try StreamCommands.entries(of: root) }
        continue
      }
      let entry = try #require(try StreamCommands.entries(of: root).first)
      #expect(entry.id == text && entry.idText.elementsEqual(text.utf8))
      #expect(entry.position == StreamID(text) && entry.fields.map(\.name) == ["a"])
    }
  }
}
