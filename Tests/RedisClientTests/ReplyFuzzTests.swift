import NIOCore
import SeededGenerator
import Testing

@testable import RedisClient

@Suite struct ReplyFuzzTests {
  private static let limits: RedisReplyLimits = {
    var limits = RedisReplyLimits()
    limits.nodes = 512
    limits.bytes = 4096
    return limits
  }()

  @Test(arguments: [UInt64(31), 32])
  func `Damaged replies are refused or read whole, within the limits`(seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    var refused = 0
    for round in 0..<10_000 {
      let whole = (0..<3).flatMap { _ in ReplyTree.random(depth: 5, using: &generator).encoded }
      let bytes = damaged(whole, using: &generator)
      let split = Int.random(in: 0...bytes.count, using: &generator)
      let (replies, error) = read([bytes[..<split], bytes[split...]], limits: Self.limits)
      if error != nil { refused += 1 }
      for reply in replies {
        let isInBounds =
          reply.nodes.count <= Self.limits.nodes && reply.bytes.readableBytes <= Self.limits.bytes
          && nodeCount(ReplyTree(reply.root)) == reply.nodes.count
        guard isInBounds else {
          Issue.record("seed \(seed), round \(round): \(bytes)")
          return
        }
      }
    }
    #expect((1_000..<9_999).contains(refused))
  }

  private func nodeCount(_ tree: ReplyTree) -> Int {
    guard case .array(let elements) = tree else { return 1 }
    return elements.reduce(1) { $0 + nodeCount($1) }
  }

  private func damaged(_ bytes: [UInt8], using generator: inout SeededGenerator) -> [UInt8] {
    var bytes = bytes
    for _ in 0..<Int.random(in: 1...4, using: &generator) {
      let position = Int.random(in: 0..<max(1, bytes.count), using: &generator)
      let mark = Array("*$:+-\r\n0123456789".utf8).randomElement(using: &generator) ?? 0
      switch Int.random(in: 0..<5, using: &generator) {
      case 0 where position < bytes.count: bytes[position] = mark
      case 1 where position < bytes.count: bytes[position] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
      case 2 where position < bytes.count: bytes.remove(at: position)
      case 3: bytes.removeSubrange(position..<bytes.count)
      default: bytes.insert(mark, at: position)
      }
    }
    return bytes
  }
}
