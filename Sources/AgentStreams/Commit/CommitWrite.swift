package import AgentEnvelope
package import NIOCore

/// One write of an outcome. Boxed: it is handed on often.
package indirect enum CommitWrite: Sendable, Equatable {
  /// To a work stream, which must exist: one that nobody ever served does not. `fallback`: where to instead. `scan`: what a
  /// scan of the envelope finds, where that is known.
  case forward(stream: String, fallback: String? = nil, envelope: [UInt8], scan: Envelope? = nil)
  /// To a result list. `timeToLive` in seconds, 0 for ever.
  case result(list: String, envelope: [UInt8], timeToLive: Int)
  /// The end of a request.
  case end(RequestEnd)
  /// To a role's work when its time has come.
  case delay(DelayedMessage)
  /// To a dead-letter stream, which is made.
  case deadLetter(stream: String, fields: [DeadLetterField])

  /// A request ends once: its result goes to its list only if it had not ended.
  package struct RequestEnd: Sendable, Equatable {
    package let request: String
    package let state: RequestState
    /// Seconds for which it is known how the request ended.
    package let kept: Int
    package let list: String
    package let envelope: [UInt8]
    /// Of the list, in seconds, 0 for ever.
    package let timeToLive: Int
    /// Of the envelope; nil: they are not known.
    package let parts: EnvelopeParts?

    package init(
      request: String, state: RequestState, kept: Int, list: String, envelope: [UInt8], timeToLive: Int,
      parts: EnvelopeParts? = nil
    ) {
      self.parts = parts
      self.request = request
      self.state = state
      self.kept = kept
      self.list = list
      self.envelope = envelope
      self.timeToLive = timeToLive
    }
  }

  package struct DelayedMessage: Sendable, Equatable {
    package let role: String
    /// The role's set of delayed messages.
    package let set: String
    /// The role's stream, which must exist.
    package let stream: String
    package let priority: Priority
    /// From now on, by the server's clock.
    package let milliseconds: Int
    package let envelope: [UInt8]

    package init(
      role: String, set: String, stream: String, priority: Priority, milliseconds: Int, envelope: [UInt8]
    ) {
      self.role = role
      self.set = set
      self.stream = stream
      self.priority = priority
      self.milliseconds = milliseconds
      self.envelope = envelope
    }
  }

  package struct DeadLetterField: Sendable, Equatable {
    package let name: String
    package let value: ByteBuffer

    package init(_ name: String, _ value: ByteBuffer) {
      self.name = name
      self.value = value
    }

    package init(_ name: String, _ value: String) {
      self.init(name, ByteBuffer(string: value))
    }
  }

  /// What is written; empty for a dead letter.
  package var envelope: [UInt8] {
    switch self {
    case .forward(_, _, let envelope, _), .result(_, let envelope, _): envelope
    case .end(let end): end.envelope
    case .delay(let message): message.envelope
    case .deadLetter: []
    }
  }

  /// What it adds to a batch, about.
  var byteCount: Int {
    switch self {
    case .deadLetter(_, let fields): fields.reduce(0) { $0 + $1.value.readableBytes }
    default: envelope.count
    }
  }
}
