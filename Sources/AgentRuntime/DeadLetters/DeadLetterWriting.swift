import AgentEnvelope
import AgentStreams
import NIOCore
import RedisClient

/// What a message becomes that nobody can work on.
///
/// A dead letter's fields, fixed: `envelope` (the bytes as they came), `reason` (a code, a colon and
/// text), `deliveries`, `agent_id`, `code_hash` (SHA-256 of the agent's library), `time` (seconds since
/// 1970), `stream` and `entry_id` (where it lay). An entry without an `envelope` keeps each of its own
/// fields as `entry.{name}`, or, beyond `maximumFields`, all of them in one field `entry`, each name and each
/// value as a netstring (its length in bytes, a colon, the bytes, a comma).
enum DeadLetters {
  /// A script can't pass on more than a few thousand values in one call.
  static let maximumFields = 1000

  static func write(
    _ delivery: Delivery, deliveries: Int, code: String, reason: String, agentID: String, codeHash: String,
    now: Double,
    keys: Keys
  ) -> CommitWrite {
    var fields: [CommitWrite.DeadLetterField] = [
      .init("reason", "\(code): \(reason)"),
      .init("deliveries", String(deliveries)),
      .init("agent_id", agentID),
      .init("code_hash", codeHash),
      .init("time", "\(now)"),
      .init("stream", delivery.source.stream),
      .init("entry_id", delivery.entry.id),
    ]
    if delivery.hasEnvelope {
      fields.insert(.init("envelope", delivery.withEnvelope { ByteBuffer(bytes: $0) }), at: 0)
      return .deadLetter(stream: keys.deadLetters(delivery.source.role), fields: fields)
    }
    let own = delivery.entry.fields
    if own.count <= maximumFields {
      fields += own.map { .init("entry.\($0.name)", $0.value) }
    } else {
      fields.append(.init("entry", netstrings(own)))
    }
    return .deadLetter(stream: keys.deadLetters(delivery.source.role), fields: fields)
  }

  private static func netstrings(_ fields: [(name: String, value: ByteBuffer)]) -> ByteBuffer {
    var text = ByteBuffer()
    for field in fields {
      text.writeString("\(field.name.utf8.count):\(field.name),\(field.value.readableBytes):")
      text.writeImmutableBuffer(field.value)
      text.writeStaticString(",")
    }
    return text
  }
}
