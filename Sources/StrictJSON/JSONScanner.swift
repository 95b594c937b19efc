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

  package var position = 0
  let count: Int
  private let start: UnsafeRawPointer
  /// The first value that JSON does not have, in inbound text.
  var refusal: JSONError?

  let maximumDepth: Int
  var duplicateKeys: DuplicateKeyCheck?
  private let mode: Mode

  package init(_ bytes: UnsafeRawBufferPointer, mode: Mode, maximumDepth: Int) {
    start = bytes.baseAddress ?? UnsafeRawPointer(("" as StaticString).utf8Start)
    count = bytes.count
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
    guard position == count else { throw JSONError(.trailingBytes, at: position) }
    if let refusal { throw refusal }
  }

  /// The text that is scanned.
  package var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: start, count: count) }

  /// The byte to be read next; 0, which has no place in the grammar, at the end.
  @inline(__always)
  package var next: UInt8 { byte(at: position) }

  /// A byte of the text, from its begin on; 0 beyond its end.
  @inline(__always)
  func byte(at position: Int) -> UInt8 {
    guard position < count else { return 0 }
    // SAFETY: the position lies within the text, which outlives the scan, as the line above says.
    return start.load(fromByteOffset: position, as: UInt8.self)
  }

  /// Eight bytes of the text, of which there are so many from `position` on.
  @inline(__always)
  func word(at position: Int) -> UInt64 {
    // SAFETY: as the caller says.
    UInt64(littleEndian: start.loadUnaligned(fromByteOffset: position, as: UInt64.self))
  }

  @inline(__always)
  package mutating func skipWhitespace() {
    while ASCII.isWhitespace(next) { position += 1 }
  }

  func unexpected(expected: String) -> JSONError {
    position < count
      ? JSONError(.unexpectedByte(byte(at: position), expected: expected), at: position)
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
    guard self.count - position >= count else { return false }
    // SAFETY: `index` stays below the literal's length, and the line above holds for the message.
    for index in 0..<count where byte(at: position + index) != word.utf8Start[index] {
      return false
    }
    return true
  }
}
