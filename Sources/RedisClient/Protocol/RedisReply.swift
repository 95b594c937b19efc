package import NIOCore

/// One reply of the server: a flat list of nodes in the order of the wire, and one buffer
/// with all of their bytes. Slices of the buffer share it, so that a batch of a thousand
/// entries costs three allocations. An object, since each of its values holds it.
package final class RedisReply: Sendable {
  enum Kind: UInt8 {
    case string, status, error, integer, array, null
  }

  struct Node {
    var kind: Kind
    /// Bytes of a text, elements of an array.
    var count: Int32
    /// The integer, or where the text begins in `bytes`.
    var value: Int64
    /// The index behind this node and all that it contains.
    var end: Int32
  }

  let nodes: ContiguousArray<Node>
  let bytes: ByteBuffer

  /// `nodes`: each without its `end`, which is filled in.
  init(nodes: consuming ContiguousArray<Node>, bytes: ByteBuffer) {
    Self.link(&nodes)
    self.nodes = nodes
    self.bytes = bytes
  }

  package var root: RedisValue { RedisValue(reply: self, index: 0) }

  /// Children lie behind their parents, so one pass backwards will do.
  private static func link(_ nodes: inout ContiguousArray<Node>) {
    for index in nodes.indices.reversed() {
      var end = Int32(index + 1)
      if nodes[index].kind == .array {
        for _ in 0..<nodes[index].count { end = nodes[Int(end)].end }
      }
      nodes[index].end = end
    }
  }
}

/// One value within a reply.
package struct RedisValue: Sendable {
  let reply: RedisReply
  let index: Int

  private var node: RedisReply.Node { reply.nodes[index] }

  package var isNull: Bool { node.kind == .null }

  /// The integer; nil where the value is none.
  package var integer: Int? { node.kind == .integer ? Int(node.value) : nil }

  /// The bytes of a string or a status, without a copy; nil for any other kind.
  package var bytes: ByteBuffer? {
    switch node.kind {
    case .string, .status: reply.bytes.getSlice(at: Int(node.value), length: Int(node.count))
    default: nil
    }
  }

  /// Whether it is a string or a status.
  var isText: Bool { node.kind == .string || node.kind == .status }

  /// Whether it is one of just this text.
  func isText(_ text: StaticString) -> Bool {
    guard isText, node.count == text.utf8CodeUnitCount else { return false }
    return reply.bytes.withVeryUnsafeBytes { bytes in
      let found = UnsafeRawBufferPointer(rebasing: bytes[Int(node.value)..<Int(node.value) + Int(node.count)])
      // SAFETY: a literal's bytes live as long as the process.
      return found.elementsEqual(UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }
  }

  /// How many bytes a string or a status has; 0 for any other kind.
  var byteCount: Int { isText ? Int(node.count) : 0 }

  /// The text of a string or a status, invalid UTF-8 replaced; nil for any other kind.
  package var string: String? {
    switch node.kind {
    case .string, .status: reply.bytes.getString(at: Int(node.value), length: Int(node.count))
    default: nil
    }
  }

  /// The server's error text, where the value is an error.
  package var errorText: String? {
    guard node.kind == .error else { return nil }
    return reply.bytes.getString(at: Int(node.value), length: Int(node.count))
  }

  /// The elements of an array; nil for any other kind.
  package var elements: Elements? {
    node.kind == .array ? Elements(reply: reply, remaining: Int(node.count), cursor: index + 1) : nil
  }

  package struct Elements: Sequence, IteratorProtocol {
    let reply: RedisReply
    package private(set) var remaining: Int
    var cursor: Int

    package var underestimatedCount: Int { remaining }

    package mutating func next() -> RedisValue? {
      guard remaining > 0 else { return nil }
      remaining -= 1
      let value = RedisValue(reply: reply, index: cursor)
      cursor = Int(reply.nodes[cursor].end)
      return value
    }
  }
}
