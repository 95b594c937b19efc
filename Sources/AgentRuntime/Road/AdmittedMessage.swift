import AgentEnvelope
import AgentPlugins
import AgentStreams
import CAgentABI
import NIOCore
import RedisClient
import StrictJSON
import Synchronization

/// A delivery with its envelope scanned: what every later stage works from. One object for each: it is handed on often,
/// and each copy of its parts would cost.
class ReceivedMessage: @unchecked Sendable {
  // SAFETY: all of it is set once, here and in the class below, whose one number that changes is atomic.
  final let delivery: Delivery
  final let envelope: Envelope
  final let hostMember: HostMember?
  final let agent: AgentIdentity

  /// `envelope` is a scan of the delivery's.
  init(_ delivery: Delivery, _ envelope: Envelope, _ member: HostMember?, agent: AgentIdentity) {
    self.delivery = delivery
    self.envelope = envelope
    self.hostMember = member
    self.agent = agent
  }

  /// The envelope's fields are spans into these bytes.
  final func withBytes<Value>(_ body: (UnsafeRawBufferPointer) -> Value) -> Value {
    defer { extendLifetime(self) }
    return body(delivery.bytes ?? UnsafeRawBufferPointer(start: nil, count: 0))
  }

  final var resultList: String { withBytes { envelope.resultList(in: $0) } }

  final var messageID: String { withBytes { envelope.messageID(in: $0) } }

  /// How often agents were given the message, this time included; a retry makes a new entry.
  final var deliveries: Int { delivery.deliveries + (hostMember?.attempts ?? 0) }
}

/// A message on its way through an agent. One object for each, shared by the host's loop and the
/// plugin's threads, so what is set once stays.
final class AdmittedMessage: ReceivedMessage, AssignedMessage, RefusalAnswer, @unchecked Sendable {
  // SAFETY: as above.
  /// Seconds.
  let timeout: Double
  /// Seconds since 1970.
  let startTimestamp: Double
  let startInstant: NIODeadline
  /// What takes the outcome.
  let outcomes: any OutcomeReceiver
  /// Nanoseconds that its agent took, once its work has ended.
  private let workTime = Atomic<Int64>(0)

  init(
    _ delivery: Delivery, _ envelope: Envelope, _ member: HostMember?, agent: AgentIdentity, timeout: Double,
    startTimestamp: Double, startInstant: NIODeadline, outcomes: any OutcomeReceiver
  ) {
    self.outcomes = outcomes
    self.timeout = timeout
    self.startTimestamp = startTimestamp
    self.startInstant = startInstant
    super.init(delivery, envelope, member, agent: agent)
  }

  /// Who works on it.
  var instance: AgentInstance { outcomes.instance }

  /// When its agent has had all the time that it may have.
  var deadline: NIODeadline { startInstant + .fractional(seconds: timeout) }

  /// The agent's work has ended: the step that it was.
  func ended(at instant: NIODeadline) -> Step {
    workTime.store((instant - startInstant).nanoseconds, ordering: .relaxed)
    return step
  }

  private var step: Step {
    let seconds = Double(workTime.load(ordering: .relaxed)) / 1e9
    return Step(startTimestamp: startTimestamp, duration: WallClock.rounded(seconds))
  }

  func settlement(after refusal: CommitRefusal) -> Settlement? {
    outcomes.refusals.settlement(after: refusal, of: self, step)
  }

  func withIdentity(
    _ body: (_ entry: UnsafeRawBufferPointer, _ stream: String, _ messageID: UnsafeRawBufferPointer) -> Void
  ) {
    withBytes { bytes in
      // As it is written in the envelope: with its quotes, and escaped.
      let literal = envelope.span(.messageID).bytes(in: bytes)
      body(
        delivery.entry.idText, delivery.source.stream,
        UnsafeRawBufferPointer(rebasing: literal[1..<literal.count - 1]))
    }
  }

  func withMessage(_ body: (UnsafePointer<agenthost_message_v1>) -> Void) {
    withBytes { bytes in
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
                  deliveries: UInt32(clamping: deliveries))
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
