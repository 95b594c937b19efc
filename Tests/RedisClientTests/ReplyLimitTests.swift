import NIOCore
import Testing

@testable import RedisClient

@Suite struct ReplyLimitTests {
  private func limits(nodes: Int = 1 << 20, bytes: Int = 1 << 20) -> RedisReplyLimits {
    var limits = RedisReplyLimits()
    limits.nodes = nodes
    limits.bytes = bytes
    return limits
  }

  @Test func `The limit on values holds to the value, nested ones counted`() {
    let text = "*2\r\n*2\r\n:1\r\n:2\r\n:3\r\n"
    #expect(read(text, limits: limits(nodes: 5)).replies.count == 1)
    #expect(
      read(text, limits: limits(nodes: 4)).error
        == .protocolViolation("a reply of more than 4 values or \(1 << 20) bytes"))
  }

  @Test func `The limit on bytes holds to the byte`() {
    let sizes = [600, 424].map { "$\($0)\r\n\(String(repeating: "x", count: $0))\r\n" }
    let text = "*2\r\n" + sizes.joined()
    #expect(read(text, limits: limits(bytes: 1024)).replies.count == 1)
    guard case .protocolViolation = read(text, limits: limits(bytes: 1023)).error else {
      Issue.record("1,024 bytes were accepted within 1,023")
      return
    }
  }

  @Test func `The limits are for one reply, not for all of a connection`() {
    let text = String(repeating: "*2\r\n:1\r\n$3\r\nabc\r\n", count: 10_000)
    let (replies, error) = read(text, limits: limits(nodes: 3, bytes: 32 << 10))
    #expect(error == nil)
    #expect(replies.count == 10_000)
  }

  @Test func `A string that is announced larger than allowed ends while it is read`() {
    let piece = ArraySlice([UInt8](repeating: 0x78, count: 64 * 1024))
    let (replies, error) = read(
      [Array("$1000000000\r\n".utf8)[...]] + Array(repeating: piece, count: 40),
      limits: limits(bytes: 1 << 20))
    #expect(replies.isEmpty)
    #expect(error == .protocolViolation("a reply of more than \(1 << 20) bytes"))
  }

  @Test(arguments: [
    "*2147483647\r\n", "*2147483648\r\n", "*4294967295\r\n", "*4294967296\r\n", "*4294967297\r\n",
    "*9223372036854775807\r\n", "*9223372036854775808\r\n", "*-2\r\n", "*-4294967295\r\n", "*-4294967296\r\n",
    "*-9223372036854775808\r\n", "*x\r\n", "*\r\n", "$-2\r\n", "$-4294967295\r\n", "$9223372036854775808\r\n",
    "$x\r\n", ":\r\n", ":1x\r\n", ":9223372036854775808\r\n", "?\r\n", "\r\n", "%1\r\n",
  ])
  func `A length or a kind that no server sends is an error`(text: String) {
    let (replies, error) = read(text)
    #expect(replies.isEmpty)
    guard case .protocolViolation = error else {
      Issue.record("\(text.debugDescription): \(String(describing: error))")
      return
    }
  }

  @Test func `Eight arrays within each other are read, nine are an error`() {
    let eight = String(repeating: "*1\r\n", count: 8) + ":1\r\n"
    #expect(read(eight).replies.count == 1)
    guard case .protocolViolation = read("*1\r\n" + eight).error else {
      Issue.record("nine arrays were accepted")
      return
    }
  }

  @Test func `After an error nothing more is read`() {
    let reader = ReplyReader()
    var replies = 0
    #expect(throws: RedisError.self) { try reader.feed(ByteBuffer(string: "?\r\n")) { _ in replies += 1 } }
    #expect(throws: RedisError.self) { try reader.feed(ByteBuffer(string: ":1\r\n")) { _ in replies += 1 } }
    #expect(replies == 0)
  }
}
