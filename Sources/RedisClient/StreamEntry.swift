package import NIOCore

/// An entry as a stream gives it: its id, and the fields in the order they were added, which stay in the server's answer
/// until they are asked for.
package struct StreamEntry: Sendable {
  package let position: StreamID
  private let reply: RedisReply
  /// The node of its id, and that of the list of its fields: null where it was deleted while it was pending.
  private let idNode, list: Int32

  /// Of a reply's list of an id and a list of fields; nil where it is something else.
  init?(_ reply: RedisReply, at index: Int) {
    let node = reply.nodes[index]
    guard node.kind == .array, node.count >= 2 else { return nil }
    self.init(reply, id: index + 1, fields: Int(reply.nodes[index + 1].end))
  }

  /// Of an id and a list of fields that stand in one reply; nil where the id is none.
  package init?(id: RedisValue, fields: RedisValue) {
    self.init(fields.reply, id: id.index, fields: fields.index)
  }

  private init?(_ reply: RedisReply, id: Int, fields: Int) {
    guard let position = reply.id(at: id) else { return nil }
    (self.position, self.reply) = (position, reply)
    (idNode, list) = (Int32(id), Int32(fields))
  }

  /// One that no server has sent.
  package init(_ position: StreamID, fields: [(name: String, value: ByteBuffer)]) {
    var texts = ReplyTexts()
    func text(_ bytes: ByteBuffer) -> RedisReply.Node {
      guard let begin = bytes.withUnsafeReadableBytes({ texts.append($0) }) else {
        return .init(kind: .null, count: 0, value: 0, end: 0)
      }
      return .init(kind: .string, count: Int32(bytes.readableBytes), value: Int64(begin), end: 0)
    }
    var nodes: ContiguousArray<RedisReply.Node> = [
      text(ByteBuffer(string: position.description)),
      .init(kind: .array, count: Int32(2 * fields.count), value: 0, end: 0),
    ]
    for field in fields { nodes += [text(ByteBuffer(string: field.name)), text(field.value)] }
    self.position = position
    reply = RedisReply(nodes: nodes, texts: texts)
    (idNode, list) = (0, 1)
  }

  package var id: String { reply.string(of: reply.nodes[Int(idNode)]) }

  /// The id as the server wrote it, in place: as long as somebody holds the entry.
  package var idText: UnsafeRawBufferPointer { reply.text(of: reply.nodes[Int(idNode)]) }

  package var fields: [(name: String, value: ByteBuffer)] {
    guard var elements = RedisValue(reply: reply, index: Int(list)).elements else { return [] }
    var fields: [(name: String, value: ByteBuffer)] = []
    fields.reserveCapacity(elements.remaining / 2)
    while let name = elements.next()?.string, let value = elements.next()?.bytes {
      fields.append((name, value))
    }
    return fields
  }

  /// The value of the first field of this name, in place: its bytes stay where they are as long as somebody holds the entry.
  /// And how many bytes all values have.
  package func value(of name: StaticString) -> (value: UnsafeRawBufferPointer?, byteCount: Int) {
    var (found, byteCount): (RedisReply.Node?, Int) = (nil, 0)
    let root = reply.nodes[Int(list)]
    guard root.kind == .array else { return (nil, 0) }
    // Texts contain nothing, so each field and each value is one node.
    var place = Int(list) + 1
    while place + 1 < Int(root.end) {
      let (field, value) = (reply.nodes[place], reply.nodes[place + 1])
      guard field.isText, value.isText else { break }
      byteCount += Int(value.count)
      if found == nil, reply.isText(field, name) { found = value }
      place += 2
    }
    guard let found else { return (nil, byteCount) }
    return (reply.text(of: found), byteCount)
  }
}
