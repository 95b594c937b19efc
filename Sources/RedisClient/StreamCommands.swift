package import NIOCore

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
    guard let places = list.places else { throw .unexpectedReply(command: "a read of a stream") }
    var entries: [StreamEntry] = []
    entries.reserveCapacity(places.count)
    var place = places.first
    for _ in 0..<places.count {
      let node = list.reply.nodes[place]
      if node.kind != .null {
        guard let entry = StreamEntry(list.reply, at: place) else {
          throw .unexpectedReply(command: "a read of a stream")
        }
        entries.append(entry)
      }
      place = Int(node.end)
    }
    return entries
  }
}
