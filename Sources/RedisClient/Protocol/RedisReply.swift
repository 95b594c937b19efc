package import NIOCore

/// One reply of the server: a flat list of nodes in the order of the wire, and one piece of memory with all of their bytes,
/// so that a batch of a thousand entries costs three allocations. An object, since each of its values holds it.
package final class RedisReply: @unchecked Sendable {
  // SAFETY: nothing in it changes, and the memory of the texts is its own.
  enum Kind: UInt8 {
    case string, status, error, integer, array, null
  }

  struct Node {
    var kind: Kind
    /// Bytes of a text, elements of an array.
    var count: Int32
    /// The integer, or where the text begins among the bytes.
    var value: Int64
    /// The index behind this node and all that it contains.
    var end: Int32

    /// Whether it is a string or a status.
    var isText: Bool { kind == .string || kind == .status }
  }

  let nodes: ContiguousArray<Node>
  private let texts: ReplyTexts

  /// `nodes`: each without its `end`, which is filled in.
  init(nodes: consuming ContiguousArray<Node>, texts: ReplyTexts) {
    Self.link(&nodes)
    self.nodes = nodes
    self.texts = texts
  }

  deinit { texts.free() }

  /// Of all texts together.
  var byteCount: Int { texts.count }

  package var root: RedisValue { RedisValue(reply: self, index: 0) }

  /// The bytes of a text, which stay where they are as long as somebody holds the reply.
  func text(of node: Node) -> UnsafeRawBufferPointer {
    texts.bytes(at: Int(node.value), count: Int(node.count))
  }

  /// Whether a text is just this one.
  func isText(_ node: Node, _ text: StaticString) -> Bool {
    guard node.isText, node.count == text.utf8CodeUnitCount else { return false }
    defer { extendLifetime(self) }
    // SAFETY: a literal's bytes live as long as the process.
    return self.text(of: node).elementsEqual(
      UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
  }

  /// The id of an entry that a text is; nil where it is none.
  func id(at index: Int) -> StreamID? {
    defer { extendLifetime(self) }
    return nodes[index].isText ? StreamID(text(of: nodes[index])) : nil
  }

  /// A copy of a text, invalid UTF-8 replaced.
  func string(of node: Node) -> String {
    defer { extendLifetime(self) }
    return String(decoding: text(of: node), as: UTF8.self)
  }

  /// A copy of a text's bytes.
  func buffer(of node: Node) -> ByteBuffer {
    defer { extendLifetime(self) }
    return ByteBuffer(bytes: text(of: node))
  }

  /// Children lie behind their parents, so one pass backwards will do.
  private static func link(_ nodes: inout ContiguousArray<Node>) {
    nodes.withUnsafeMutableBufferPointer { nodes in
      for index in nodes.indices.reversed() {
        var end = Int32(index + 1)
        if nodes[index].kind == .array {
          for _ in 0..<nodes[index].count { end = nodes[Int(end)].end }
        }
        nodes[index].end = end
      }
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

  /// The bytes of a string or a status; nil for any other kind.
  package var bytes: ByteBuffer? {
    switch node.kind {
    case .string, .status: reply.buffer(of: node)
    default: nil
    }
  }

  /// The text of a string or a status, invalid UTF-8 replaced; nil for any other kind.
  package var string: String? {
    switch node.kind {
    case .string, .status: reply.string(of: node)
    default: nil
    }
  }

  /// The server's error text, where the value is an error.
  package var errorText: String? {
    guard node.kind == .error else { return nil }
    return reply.string(of: node)
  }

  /// How many elements an array has, and where the first one's node is; nil for any other kind.
  var places: (count: Int, first: Int)? { node.kind == .array ? (Int(node.count), index + 1) : nil }

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
