import NIOCore
import SeededGenerator
import Testing

@testable import RedisClient

@Suite struct ReplyReaderTests {
  @Test func `Every kind of value is read as what it is`() throws {
    let (replies, error) = read(
      "+OK\r\n-ERR no\r\n:-9223372036854775808\r\n$-1\r\n*-1\r\n$0\r\n\r\n$2\r\n\r\n\r\n*0\r\n"
        + "*2\r\n:1\r\n$-1\r\n"
    )
    #expect(error == nil)
    let expected: [ReplyTree] = [
      .string(Array("OK".utf8)), .error("ERR no"), .integer(.min), .null, .null, .string([]),
      .string([13, 10]), .array([]), .array([.integer(1), .null]),
    ]
    #expect(replies.map { ReplyTree($0.root) } == expected)
    #expect(replies[0].root.string == "OK")
    #expect(replies[0].root.errorText == nil && replies[0].root.integer == nil)
    #expect(replies[1].root.bytes == nil && replies[1].root.elements == nil)
  }

  @Test func `Elements after a nested array are the right ones`() throws {
    let (replies, _) = read("*3\r\n*2\r\n*1\r\n:1\r\n:2\r\n$1\r\na\r\n*0\r\n")
    var elements = try #require(replies.first?.root.elements)
    #expect(elements.remaining == 3)
    #expect(elements.next().map { ReplyTree($0) } == .array([.array([.integer(1)]), .integer(2)]))
    #expect(elements.next()?.string == "a")
    #expect(elements.next()?.elements?.remaining == 0)
    #expect(elements.next() == nil)
  }

  @Test func `Split at any byte, replies are the same`() {
    let trees: [ReplyTree] = [
      .array([.string(Array("stream".utf8)), .array([.array([.string(Array("1-0".utf8)), .null])])]),
      .status("OK"), .error("NOSCRIPT none"), .integer(42), .string([0, 13, 10, 255]), .array([]),
    ]
    let bytes = trees.flatMap(\.encoded)
    for split in 0...bytes.count {
      let (replies, error) = read([bytes[..<split], bytes[split...]])
      #expect(error == nil, "split at \(split)")
      #expect(replies.map { ReplyTree($0.root) } == trees.map(\.asRead), "split at \(split)")
    }
  }

  @Test(arguments: [UInt64(1), 2, 3])
  func `In pieces of any size, replies are the same`(seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    for round in 0..<300 {
      let trees = (0..<Int.random(in: 1...6, using: &generator)).map { _ in
        ReplyTree.random(depth: 6, using: &generator)
      }
      var rest = trees.flatMap(\.encoded)[...]
      var pieces: [ArraySlice<UInt8>] = []
      while !rest.isEmpty {
        let piece = rest.prefix(Int.random(in: 1...30, using: &generator))
        pieces.append(piece)
        rest = rest.dropFirst(piece.count)
      }
      let (replies, error) = read(pieces)
      #expect(error == nil, "seed \(seed), round \(round)")
      #expect(replies.map { ReplyTree($0.root) } == trees.map(\.asRead), "seed \(seed), round \(round)")
    }
  }

  @Test func `A large string arrives whole, in one piece and in many`() {
    let large = ReplyTree.string((0..<3_000_000).map { UInt8(truncatingIfNeeded: $0 &* 7) })
    let bytes = large.encoded
    let pieces = stride(from: 0, to: bytes.count, by: 70_000).map {
      bytes[$0..<min($0 + 70_000, bytes.count)]
    }
    for fed in [[bytes[...]], pieces] {
      #expect(read(fed).replies.map { ReplyTree($0.root) } == [large])
    }
  }

  @Test func `A buffer is read from its reader's place`() {
    var buffer = ByteBuffer(string: "xx:7\r\n")
    buffer.moveReaderIndex(forwardBy: 2)
    var replies: [RedisReply] = []
    #expect(throws: Never.self) { try ReplyReader().feed(buffer) { replies.append($0) } }
    #expect(replies.map { $0.root.integer } == [7])
  }
}
