import AgentEnvelope
import AgentStreams
import NIOCore
package import RedisClient

/// A message that nobody could work on, as it lies in its role's dead letters.
package struct DeadLetter: Sendable {
  package let role: String
  /// Of its entry.
  package let id: String
  /// A code, a colon, and text.
  package let reason: String
  package let deliveries: Int
  package let agentID: String
  /// Seconds since 1970.
  package let time: Double
  /// Where it lay.
  package let stream: String
  /// All fields, as they are.
  package let fields: [(name: String, value: String)]
  /// The envelope's bytes; nil where the entry was none, or can't be read.
  package let envelope: [UInt8]?
  package let conversationID: String?
  package let messageID: String?

  package init(role: String, entry: StreamEntry) {
    // Made once: each has a copy of all values.
    let fields = entry.fields
    func text(_ name: String) -> String? {
      fields.first { $0.name == name }.map { String(buffer: $0.value) }
    }
    self.role = role
    id = entry.id
    reason = text("reason") ?? ""
    deliveries = text("deliveries").flatMap { Int($0) } ?? 0
    agentID = text("agent_id") ?? ""
    time = text("time").flatMap { Double($0) } ?? 0
    stream = text("stream") ?? ""
    self.fields = fields.map { ($0.name, String(buffer: $0.value)) }
    let bytes = fields.first { $0.name == "envelope" }.map { Array($0.value.readableBytesView) }
    // What can't be scanned can't be sent again either.
    let envelope = bytes.flatMap { bytes in
      bytes.withUnsafeBytes { try? Envelope(scanning: $0, limits: EnvelopeLimits(maximumBytes: .max)) }
    }
    self.envelope = envelope == nil ? nil : bytes
    (conversationID, messageID) = (bytes ?? []).withUnsafeBytes { bytes in
      (envelope?.conversationID(in: bytes), envelope?.messageID(in: bytes))
    }
  }

  /// The code in front of the reason.
  package var code: Substring { reason.prefix { $0 != ":" } }

  /// The envelope as it is sent again: id and trace as they are, its budgets as those of a new message.
  package func envelopeForReplay(now: Double) -> [UInt8]? {
    guard let bytes = envelope else { return nil }
    return bytes.withUnsafeBytes { bytes in
      // Scanned before, so it can't fail.
      guard let envelope = try? Envelope(scanning: bytes, limits: EnvelopeLimits(maximumBytes: .max)) else {
        return nil
      }
      var member = envelope.hostMember(in: bytes) ?? HostMember()
      member.attempts = 0
      member.deadline = nil
      member.due = nil
      let messageID = envelope.messageID(in: bytes)
      let rewrite = EnvelopeRewrite(
        targetRole: role,
        sender: EnvelopeSender(
          role: envelope.senderRole(in: bytes), agentID: envelope.senderAgentID(in: bytes)),
        kind: envelope.kind(in: bytes),
        hostMember: member.edit, processCount: 0, totalProcessingTime: 0, updateTimestamp: now,
        newMessage: NewMessage(
          messageID: messageID, resultList: envelope.resultList(in: bytes), createTimestamp: now,
          keepsTrace: true))
      return envelope.rewritten(rewrite, of: bytes).bytes
    }
  }
}
