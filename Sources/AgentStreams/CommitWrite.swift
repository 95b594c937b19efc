package import NIOCore

/// One write of an outcome.
package enum CommitWrite: Sendable, Equatable {
  /// To a work stream, which must exist: one that nobody ever served does not.
  case forward(stream: String, envelope: [UInt8])
  /// To a result list. `timeToLive` in seconds, 0 for ever.
  case result(list: String, envelope: [UInt8], timeToLive: Int)
  /// To a dead-letter stream, which is made.
  case deadLetter(stream: String, fields: [DeadLetterField])

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

  /// What it adds to a batch, about.
  var byteCount: Int {
    switch self {
    case .forward(_, let envelope), .result(_, let envelope, _): envelope.count
    case .deadLetter(_, let fields): fields.reduce(0) { $0 + $1.value.readableBytes }
    }
  }
}
