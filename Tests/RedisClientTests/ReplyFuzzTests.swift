import NIOCore
import SeededGenerator
import Testing

@testable import RedisClient

/// What a server should never send, a hundred thousand times.
@Suite struct ReplyFuzzTests {
  private static let limits: RedisReplyLimits = {
    var limits = RedisReplyLimits()
    limits.nodes = 512
    limits.bytes = 4096
    return limits
  }()

  /// All that a reader may hold: twice the limits, since its memory grows by doubling, and what it has been fed.
  private static let maximumHeldBytes =
    2 * (limits.nodes * MemoryLayout<RedisReply.Node>.stride + limits.bytes) + limits.bytes + (16 << 10)

  /// Four seeds, as many as run at once without one being slow.
  @Test(arguments: [UInt64(31), 32, 33, 34])
  func `Damaged replies are refused or read whole, within the limits`(seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    let whole = (0..<400).map { _ in ReplyTree.random(depth: 5, using: &generator).encoded }
    var (refused, read, held) = (0, 0, 0)
    for round in 0..<25_000 {
      let bytes = damaged(whole, using: &generator)
      let reader = ReplyReader(limits: Self.limits)
      var isInBounds = true
      do throws(RedisError) {
        for piece in pieces(of: bytes, using: &generator) {
          try reader.feed(piece) { reply in
            read += 1
            isInBounds = isInBounds && isWhole(reply)
          }
          held = max(held, reader.heldBytes)
        }
      } catch {
        refused += 1
      }
      guard isInBounds, reader.heldBytes <= Self.maximumHeldBytes else {
        Issue.record("seed \(seed), round \(round): \(reader.heldBytes) bytes held after \(bytes)")
        return
      }
    }
    #expect((5_000..<24_999).contains(refused) && read > 5_000, "\(refused) refused, \(read) read")
    #expect((Self.limits.bytes / 4...Self.maximumHeldBytes).contains(held), "\(held)")
  }

  /// Within the limits, and its values lie within each other without a gap.
  private func isWhole(_ reply: RedisReply) -> Bool {
    guard let root = reply.nodes.first, Int(root.end) == reply.nodes.count,
      reply.nodes.count <= Self.limits.nodes, reply.byteCount <= Self.limits.bytes
    else { return false }
    for (index, node) in reply.nodes.enumerated() where node.kind == .array {
      var next = index + 1
      for _ in 0..<node.count {
        guard next < reply.nodes.count else { return false }
        next = Int(reply.nodes[next].end)
      }
      guard next == Int(node.end) else { return false }
    }
    return reply.nodes.allSatisfy { node in
      node.kind == .array || node.kind == .integer || node.kind == .null
        || node.value >= 0 && Int(node.value) + Int(node.count) <= reply.byteCount
    }
  }

  /// Cut at up to three places, as a network may.
  private func pieces(of bytes: [UInt8], using generator: inout SeededGenerator) -> [ByteBuffer] {
    let cuts = (0..<Int.random(in: 0...3, using: &generator)).map { _ in
      Int.random(in: 0...bytes.count, using: &generator)
    }
    let edges = [0] + cuts.sorted() + [bytes.count]
    return zip(edges, edges.dropFirst()).map { ByteBuffer(bytes: bytes[$0..<$1]) }
  }

  /// A reply, or several in another order, with one thing wrong, or two.
  private func damaged(_ whole: [[UInt8]], using generator: inout SeededGenerator) -> [UInt8] {
    func any(_ generator: inout SeededGenerator) -> [UInt8] {
      whole[Int.random(in: whole.indices, using: &generator)]
    }
    var bytes = any(&generator)
    for _ in 0..<Int.random(in: 1...2, using: &generator) {
      let position = Int.random(in: 0...bytes.count, using: &generator)
      switch Int.random(in: 0..<9, using: &generator) {
      case 0: bytes.removeSubrange(position...)  // truncated
      case 1: bytes = Array(bytes[position...] + bytes[..<position])  // reordered
      case 2: bytes.insert(contentsOf: any(&generator), at: position)  // one within another
      case 3: bytes += any(&generator)
      case 4:  // deeply nested
        bytes =
          Array(repeating: Array("*1\r\n".utf8), count: Int.random(in: 1...12, using: &generator)).joined()
          + bytes
      case 5:  // larger than is allowed, or said to be
        let size = Int.random(in: 0...8192, using: &generator)
        bytes.insert(
          contentsOf: Array("$\(size)\r\n".utf8) + [UInt8](repeating: 0x78, count: size / 2), at: position)
      case 6:
        bytes.insert(
          contentsOf: Array("*\(Int.random(in: -2...1 << 33, using: &generator))\r\n".utf8), at: position)
      case 7 where position < bytes.count: bytes[position] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
      default:
        let marks = Array("*$:+-_#,(!=%~>\r\n0123456789".utf8)
        bytes.insert(marks[Int.random(in: marks.indices, using: &generator)], at: position)
      }
    }
    return bytes
  }
}
