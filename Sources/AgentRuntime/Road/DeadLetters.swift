import AgentEnvelope
import AgentStreams
import NIOCore
import RedisClient

/// What a message becomes that nobody can work on.
///
/// A dead letter's fields, fixed: `envelope` (the bytes as they came), `reason` (a code, a colon and
/// text), `deliveries`, `agent_id`, `code_hash` (SHA-256 of the agent's library), `time` (seconds since
/// 1970), `stream` and `entry_id` (where it lay). An entry without an `envelope` keeps each of its own
/// fields as `entry.{name}`.
enum DeadLetters {
  static func write(
    _ delivery: Delivery, code: String, reason: String, agentID: String, codeHash: String, now: Double,
    keys: Keys
  ) -> CommitWrite {
    var fields: [CommitWrite.DeadLetterField] = [
      .init("reason", "\(code): \(reason)"),
      .init("deliveries", String(delivery.deliveries)),
      .init("agent_id", agentID),
      .init("code_hash", codeHash),
      .init("time", "\(now)"),
      .init("stream", delivery.source.stream),
      .init("entry_id", delivery.entry.id),
    ]
    if let envelope = delivery.envelope {
      fields.insert(.init("envelope", envelope), at: 0)
    } else {
      fields += delivery.entry.fields.map { .init("entry.\($0.name)", $0.value) }
    }
    return .deadLetter(stream: keys.deadLetters(delivery.source.role), fields: fields)
  }
}
