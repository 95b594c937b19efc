/// A key that most likely comes next, as nearly all writers write it: quotes, name and colon. Made once, and compared as words.
package struct ExpectedKey: Sendable {
  /// The longest name.
  package static let longestName = words * MemoryLayout<UInt64>.size - 3

  private static let words = 3
  /// So many bytes are looked at.
  static let byteCount = words * MemoryLayout<UInt64>.size

  /// Of what is written; the bits beyond it are 0.
  private let bits: InlineArray<3, UInt64>
  /// Those that count.
  private let mask: InlineArray<3, UInt64>
  /// Of what is written.
  let count: Int

  /// `name`: up to `longestName` bytes, none of which is to be escaped.
  package init(_ name: StaticString) {
    precondition(name.utf8CodeUnitCount <= Self.longestName, "the key has its place in the words")
    let written = Array("\"\(name)\":".utf8)
    count = written.count
    var (bits, mask) = (InlineArray<3, UInt64>(repeating: 0), InlineArray<3, UInt64>(repeating: 0))
    for (index, byte) in written.enumerated() {
      let (word, shift) = (index >> 3, UInt64(index & 7) << 3)
      bits[word] |= UInt64(byte) << shift
      mask[word] |= 0xFF << shift
    }
    (self.bits, self.mask) = (bits, mask)
  }

  /// Whether it stands at the position of a scanner that has `byteCount` bytes from there on.
  @inline(__always)
  func stands(in scanner: JSONScanner, at position: Int) -> Bool {
    let first = (scanner.word(at: position) & mask[0]) ^ bits[0]
    let second = (scanner.word(at: position &+ 8) & mask[1]) ^ bits[1]
    let third = (scanner.word(at: position &+ 16) & mask[2]) ^ bits[2]
    return first | second | third == 0
  }

  /// Behind the opening quote at `position`.
  @inline(__always)
  func content(at position: Int) -> ByteSpan { ByteSpan(position &+ 1, position &+ count &- 2) }
}
