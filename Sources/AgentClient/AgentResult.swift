import AgentEnvelope
import NIOCore
import StrictJSON

/// What came back for a request.
public struct AgentResult: Sendable {
  /// One agent's step on the message's way.
  public struct Step: Sendable, Equatable {
    /// The role that it was for.
    public let role: String
    /// The agent that took it: `{host}:{pid}:{n}`.
    public let agentID: String
    /// Seconds since 1970.
    public let start: Double
    /// Seconds.
    public let duration: Double
    /// What went wrong; nil when nothing did.
    public let error: String?
  }

  /// An entry of `payload.errors`.
  public struct Failure: Sendable, Equatable {
    /// What kind, such as `uppercase.timeout`.
    public let code: String
    /// What happened, for people.
    public let message: String
  }

  /// The conversation that the request was part of.
  public let conversationID: String
  /// The request's own id.
  public let messageID: String
  /// `payload.summary.response`, else the clarifying question, else `payload.text`; nil when there is none of them.
  public let answer: String?
  /// What went wrong on the way, oldest first.
  public let errors: [Failure]
  /// The way of the message, oldest step first.
  public let trace: [Step]
  /// Seconds that agents have spent on it.
  public let processingTime: Double
  /// The final envelope: JSON, UTF-8, as it came.
  public let envelope: [UInt8]

  /// nil where the bytes are no envelope; then nobody can say whose result it is.
  init?(_ buffer: ByteBuffer) {
    let limits = EnvelopeLimits(maximumBytes: .max)
    let parsed = buffer.withUnsafeReadableBytes { bytes in
      // What is no envelope is nobody's result.
      (try? Envelope(scanning: bytes, limits: limits)).map { AgentResult($0, bytes) }
    }
    guard let parsed else { return nil }
    self = parsed
  }

  private init(_ envelope: Envelope, _ bytes: UnsafeRawBufferPointer) {
    conversationID = envelope.conversationID(in: bytes)
    messageID = envelope.messageID(in: bytes)
    answer = Self.answer(envelope, bytes)
    errors = envelope.errors(in: bytes).map { Failure(code: $0.code, message: $0.message) }
    trace = envelope.traceEntries(in: bytes).map { entry in
      Step(
        role: entry.role, agentID: entry.agentID, start: entry.startTimestamp, duration: entry.duration,
        error: entry.error)
    }
    processingTime = envelope.totalProcessingTime
    self.envelope = Array(bytes)
  }

  private static func answer(_ envelope: Envelope, _ bytes: UnsafeRawBufferPointer) -> String? {
    func text(_ path: String...) -> String? {
      envelope.payloadValue(at: path, in: bytes).flatMap { envelope.string(at: $0, in: bytes) }
    }
    if let response = text("summary", "response") { return response }
    if let questions = envelope.payloadValue(at: ["clarification", "clarifying_questions"], in: bytes),
      let list = try? JSONValue.parse(questions.bytes(in: bytes), maximumDepth: 128),  // scanned before
      let question = list.elements?.first?.string, needsClarification(envelope, bytes)
    {
      return question
    }
    return text("text")
  }

  private static func needsClarification(_ envelope: Envelope, _ bytes: UnsafeRawBufferPointer) -> Bool {
    guard let value = envelope.payloadValue(at: ["clarification", "needs_clarification"], in: bytes) else {
      return true
    }
    return String(decoding: value.bytes(in: bytes), as: UTF8.self) == "true"
  }
}
