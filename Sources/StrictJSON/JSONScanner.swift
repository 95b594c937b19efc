/// Checks JSON text against the grammar, byte by byte, and tells where its values stand, without
/// building any.
///
/// It does not recurse, so that no nesting can exhaust a stack.
package struct JSONScanner {
  /// How strict to be where the grammar leaves room.
  package enum Mode: Sendable {
    /// What arrives from others: duplicate keys are let through, and a `NaN` or an `Infinity` is noted as
    /// a refusal while the scan goes on, so that what stands behind it can still be read.
    case inbound
    /// What an agent returns: both are errors at once.
    case agent
  }

  /// How many containers may be open at a time where nobody says otherwise.
  package static let usualDepth = 128
  /// The most that anybody can say.
  package static let deepestNesting = NestingStack.capacity

  package let bytes: UnsafeRawBufferPointer
  package var position = 0
  /// The first value that JSON does not have, in inbound text.
  var refusal: JSONError?

  let maximumDepth: Int
  var duplicateKeys: DuplicateKeyCheck?
  private let mode: Mode

  package init(_ bytes: UnsafeRawBufferPointer, mode: Mode, maximumDepth: Int) {
    self.bytes = bytes
    self.mode = mode
    self.maximumDepth = maximumDepth
    if mode == .agent { duplicateKeys = DuplicateKeyCheck() }
  }

  /// Checks that the bytes are one JSON value and nothing else; returns where it stands.
  @discardableResult
  package static func validate(
    _ bytes: UnsafeRawBufferPointer, mode: Mode, maximumDepth: Int
  ) throws(JSONError) -> ByteSpan {
    guard bytes.count <= ByteSpan.maximumMessageBytes else {
      throw JSONError(.tooLarge(byteCount: bytes.count, limit: ByteSpan.maximumMessageBytes), at: 0)
    }
    var scanner = JSONScanner(bytes, mode: mode, maximumDepth: maximumDepth)
    let value = try scanner.value(openContainers: 0)
    try scanner.finish()
    return value
  }

  /// Ends a scan: nothing may follow the value, and nothing may have been refused.
  package mutating func finish() throws(JSONError) {
    skipWhitespace()
    guard position == bytes.count else { throw JSONError(.trailingBytes, at: position) }
    if let refusal { throw refusal }
  }

  /// The byte to be read next; 0, which has no place in the grammar, at the end.
  @inline(__always)
  package var next: UInt8 { position < bytes.count ? bytes[position] : 0 }

  @inline(__always)
  package mutating func skipWhitespace() {
    while position < bytes.count, bytes[position] <= ASCII.space {
      guard ASCII.isWhitespace(bytes[position]) else { return }
      position += 1
    }
  }

  func unexpected(expected: String) -> JSONError {
    position < bytes.count
      ? JSONError(.unexpectedByte(bytes[position], expected: expected), at: position)
      : JSONError(.unexpectedEnd(expected: expected), at: position)
  }

  /// Notes a value that only some writers know, and passes over it.
  mutating func refuse(_ name: StaticString) throws(JSONError) {
    guard matches(name) else { throw unexpected(expected: "a value") }
    let error = JSONError(.notFinite(name.description), at: position)
    guard mode == .inbound else { throw error }
    refusal = refusal ?? error
    position += name.utf8CodeUnitCount
  }

  /// Whether a word stands at the position.
  func matches(_ word: StaticString) -> Bool {
    let count = word.utf8CodeUnitCount
    guard bytes.count - position >= count else { return false }
    // SAFETY: `index` stays below the literal's length, and the line above holds for the message.
    for index in 0..<count where bytes[position + index] != word.utf8Start[index] {
      return false
    }
    return true
  }
}
