import AgentEnvelope
import StrictJSON

/// An envelope with its bytes.
struct Message {
  let bytes: [UInt8]
  let envelope: Envelope

  init(_ bytes: [UInt8], limits: EnvelopeLimits = EnvelopeLimits()) throws(EnvelopeError) {
    self.bytes = bytes
    envelope = try bytes.withUnsafeBufferPointer { buffer throws(EnvelopeError) in
      try Envelope(scanning: UnsafeRawBufferPointer(buffer), limits: limits)
    }
  }

  init(_ text: String, limits: EnvelopeLimits = EnvelopeLimits()) throws(EnvelopeError) {
    try self.init(Array(text.utf8), limits: limits)
  }

  /// An envelope with the required fields, some more, and a payload.
  init(fields: String = "", payload: String = "{}") throws(EnvelopeError) {
    try self.init(Self.text(fields: fields, payload: payload))
  }

  static func text(fields: String = "", payload: String = "{}") -> String {
    let more = fields.isEmpty ? "" : "," + fields
    return #"{"conversation_id":"c","message_id":"m","payload":\#(payload)\#(more)}"#
  }

  /// Calls an accessor of the envelope with its bytes.
  func read<Result>(_ body: (Envelope, UnsafeRawBufferPointer) -> Result) -> Result {
    bytes.withUnsafeBytes { body(envelope, $0) }
  }

  func rewritten(_ rewrite: EnvelopeRewrite) -> String {
    read { envelope, bytes in String(decoding: envelope.rewritten(rewrite, of: bytes).bytes, as: UTF8.self) }
  }

  /// The payload after a hop.
  func payload(
    after edit: PayloadEdit, hostMember: HostMemberEdit = .keep, errors: [PayloadError] = []
  ) throws(EnvelopeError) -> String {
    let output = try Message(rewritten(.hop(payload: edit, hostMember: hostMember, errors: errors)))
    return output.read { String(decoding: $0.span(.payload).bytes(in: $1), as: UTF8.self) }
  }
}

extension EnvelopeRewrite {
  /// A hop that sets what it must.
  static func hop(
    targetRole: String? = nil, payload: PayloadEdit = .keep, hostMember: HostMemberEdit = .keep,
    errors: [PayloadError] = [], trace: TraceEntry? = nil, newMessage: NewMessage? = nil
  ) -> EnvelopeRewrite {
    EnvelopeRewrite(
      targetRole: targetRole, sender: EnvelopeSender(role: "upper", agentID: "host:1:2"), kind: "result",
      payload: payload, hostMember: hostMember, errors: errors, trace: trace.map { TraceStep($0) },
      processCount: 1, totalProcessingTime: 0.5,
      updateTimestamp: 2.5, newMessage: newMessage)
  }
}

func agentPayload(_ text: String, limits: EnvelopeLimits = EnvelopeLimits()) throws(JSONError) -> AgentPayload
{
  try AgentPayload(validating: Array(text.utf8), limits: limits)
}

/// The error of a text that is refused, nil when it is accepted.
func refusal(of text: String, limits: EnvelopeLimits = EnvelopeLimits()) -> EnvelopeError? {
  do throws(EnvelopeError) {
    _ = try Message(text, limits: limits)
    return nil
  } catch {
    return error
  }
}
