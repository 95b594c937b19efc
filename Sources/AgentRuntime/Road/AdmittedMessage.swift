import AgentEnvelope
import AgentPlugins
import AgentStreams
import CAgentABI
import NIOCore
import RedisClient
import StrictJSON

/// A delivery with its envelope scanned: what every later stage works from. One object for each: it is handed on often,
/// and each copy of its parts would cost.
final class ReceivedMessage: Sendable {
  let delivery: Delivery
  let bytes: ByteBuffer
  let envelope: Envelope
  let hostMember: HostMember?
  let agent: AgentIdentity

  init(
    delivery: Delivery, bytes: ByteBuffer, envelope: Envelope, hostMember: HostMember?, agent: AgentIdentity
  ) {
    self.delivery = delivery
    self.bytes = bytes
    self.envelope = envelope
    self.hostMember = hostMember
    self.agent = agent
  }

  /// Nil for what is no envelope.
  convenience init?(_ delivery: Delivery, _ envelope: Envelope, _ member: HostMember?, agent: AgentIdentity) {
    guard let bytes = delivery.envelope else { return nil }
    self.init(delivery: delivery, bytes: bytes, envelope: envelope, hostMember: member, agent: agent)
  }

  /// The envelope's fields are spans into these bytes.
  func withBytes<Value>(_ body: (UnsafeRawBufferPointer) -> Value) -> Value {
    bytes.withUnsafeReadableBytes(body)
  }

  var resultList: String { withBytes { envelope.resultList(in: $0) } }

  var messageID: String { withBytes { envelope.messageID(in: $0) } }

  /// How often agents were given the message, this time included; a retry makes a new entry.
  var deliveries: Int { delivery.deliveries + (hostMember?.attempts ?? 0) }
}

/// A message on its way through an agent. One object for each, shared by the host's loop and the
/// plugin's threads, so nothing in it changes.
final class AdmittedMessage: AssignedMessage {
  let received: ReceivedMessage
  /// Seconds.
  let timeout: Double
  /// Seconds since 1970.
  let startTimestamp: Double
  let startInstant: NIODeadline
  /// Who works on it.
  let instance: AgentInstance
  /// What takes the outcome.
  let outcomes: any OutcomeReceiver

  init(
    _ received: ReceivedMessage, timeout: Double, startTimestamp: Double, startInstant: NIODeadline,
    instance: AgentInstance, outcomes: any OutcomeReceiver
  ) {
    self.received = received
    self.instance = instance
    self.outcomes = outcomes
    self.timeout = timeout
    self.startTimestamp = startTimestamp
    self.startInstant = startInstant
  }

  /// When its agent has had all the time that it may have.
  var deadline: NIODeadline { startInstant + .fractional(seconds: timeout) }

  /// The step as it has become until `instant`.
  func step(endingAt instant: NIODeadline, error: String? = nil) -> Step {
    Step(
      startTimestamp: startTimestamp,
      duration: WallClock.rounded(Double((instant - startInstant).nanoseconds) / 1e9), error: error)
  }

  func withIdentity(_ body: (_ entry: String, _ stream: String, _ messageID: UnsafeRawBufferPointer) -> Void)
  {
    let delivery = received.delivery
    received.withBytes { bytes in
      // As it is written in the envelope: with its quotes, and escaped.
      let literal = received.envelope.span(.messageID).bytes(in: bytes)
      body(
        delivery.entry.id, delivery.source.stream,
        UnsafeRawBufferPointer(rebasing: literal[1..<literal.count - 1]))
    }
  }

  func withMessage(_ body: (UnsafePointer<agenthost_message_v1>) -> Void) {
    received.bytes.withUnsafeReadableBytes { bytes in
      let envelope = received.envelope
      envelope.withText(of: .conversationID, in: bytes) { conversationID in
        envelope.withText(of: .messageID, in: bytes) { messageID in
          envelope.withText(of: .senderRole, in: bytes, default: EnvelopeDefault.senderRole) { senderRole in
            envelope.withText(of: .senderAgentID, in: bytes) { senderAgentID in
              envelope.withText(of: .kind, in: bytes, default: EnvelopeDefault.kind) { kind in
                var message = agenthost_message_v1(
                  conversation_id: text(conversationID), message_id: text(messageID),
                  sender_role: text(senderRole), sender_agent_id: text(senderAgentID), kind: text(kind),
                  payload: text(envelope.span(.payload).bytes(in: bytes)), timeout_seconds: timeout,
                  process_count: UInt32(clamping: envelope.processCount),
                  deliveries: UInt32(clamping: received.deliveries))
                body(&message)
              }
            }
          }
        }
      }
    }
  }
}

/// What one agent's work on a message came to.
struct Step: Sendable {
  let startTimestamp: Double
  /// Seconds, by a clock that is never set.
  let duration: Double
  var error: String?

  var endTimestamp: Double { WallClock.rounded(startTimestamp + duration) }
}

private func text(_ bytes: UnsafeRawBufferPointer) -> agenthost_text_v1 {
  // SAFETY: characters of C are bytes; the agent borrows them while the caller holds the buffer.
  agenthost_text_v1(bytes: bytes.baseAddress?.assumingMemoryBound(to: CChar.self), length: bytes.count)
}
