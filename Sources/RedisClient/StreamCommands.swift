package import NIOCore

/// An entry as a stream gives it: its id, and the fields in the order they were added.
package struct StreamEntry: Sendable {
  private enum Fields {
    case read(RedisValue.Elements?)
    case made([(name: String, value: ByteBuffer)])
  }

  package let id: String
  private let source: Fields

  package init(id: String, fields: [(name: String, value: ByteBuffer)]) {
    self.id = id
    source = .made(fields)
  }

  /// Of what a server has answered: made only when they are asked for.
  init(id: String, reading fields: RedisValue) {
    self.id = id
    source = .read(fields.elements)
  }

  package var fields: [(name: String, value: ByteBuffer)] {
    switch source {
    case .made(let fields): return fields
    case .read(nil): return []
    case .read(var elements?):
      var fields: [(name: String, value: ByteBuffer)] = []
      fields.reserveCapacity(elements.remaining / 2)
      while let name = elements.next()?.string, let value = elements.next()?.bytes {
        fields.append((name, value))
      }
      return fields
    }
  }

  /// The value of the first field of this name; and how many bytes all values have.
  package func value(of name: StaticString) -> (value: ByteBuffer?, byteCount: Int) {
    var (found, byteCount): (ByteBuffer?, Int) = (nil, 0)
    switch source {
    case .made(let fields):
      found = fields.first { $0.name == name.description }?.value
      byteCount = fields.reduce(0) { $0 + $1.value.readableBytes }
    case .read(nil): break
    case .read(var elements?):
      while let field = elements.next(), field.isText, let value = elements.next(), value.isText {
        byteCount += value.byteCount
        if found == nil, field.isText(name) { found = value.bytes }
      }
    }
    return (found, byteCount)
  }
}

/// The stream commands that this host uses, as commands and as readers of their answers.
package enum StreamCommands {
  /// The identifier that means "entries nobody in the group has been given yet".
  package static let undelivered = ">"

  package static func createGroup(_ group: String, of stream: String) -> RedisCommand {
    RedisCommand("XGROUP", "CREATE", stream, group, "0", "MKSTREAM")
  }

  /// `count` is for each of the streams. `block` nil: answers at once.
  package static func readGroup(
    _ group: String, consumer: String, streams: [String], after id: String = undelivered, count: Int,
    block: TimeAmount?
  ) -> RedisCommand {
    var command = RedisCommand("XREADGROUP", "GROUP", group, consumer, "COUNT")
    command.append(count)
    if let block {
      command.append("BLOCK")
      command.append(Int(block.nanoseconds / 1_000_000))
    }
    command.append("STREAMS")
    for stream in streams { command.append(stream) }
    for _ in streams { command.append(id) }
    return command
  }

  /// The entries in an answer to a read, by their stream; none where the answer is null.
  package static func entries(
    ofRead reply: RedisReply
  ) throws(RedisError) -> [(stream: String, entries: [StreamEntry])] {
    if reply.root.isNull { return [] }
    guard let streams = reply.root.elements, streams.remaining > 0 else {
      throw .unexpectedReply(command: "a read of a stream")
    }
    var found: [(stream: String, entries: [StreamEntry])] = []
    for element in streams {
      guard var parts = element.elements, let stream = parts.next()?.string, let list = parts.next() else {
        throw .unexpectedReply(command: "a read of a stream")
      }
      found.append((stream, try entries(of: list)))
    }
    return found
  }

  /// The entries in a list of entries. One that was deleted while it was pending has no fields.
  package static func entries(of list: RedisValue) throws(RedisError) -> [StreamEntry] {
    guard let elements = list.elements else { throw .unexpectedReply(command: "a read of a stream") }
    var entries: [StreamEntry] = []
    entries.reserveCapacity(elements.remaining)
    for element in elements {
      if element.isNull { continue }
      guard var parts = element.elements, let id = parts.next()?.string, let fields = parts.next() else {
        throw .unexpectedReply(command: "a read of a stream")
      }
      entries.append(try entry(id, fields: fields))
    }
    return entries
  }

  /// One entry, from its id and the list of its fields.
  package static func entry(_ id: String, fields: RedisValue) throws(RedisError) -> StreamEntry {
    StreamEntry(id: id, reading: fields)
  }
}
