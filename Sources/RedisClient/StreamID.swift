/// An entry's id: its place in the stream, by milliseconds and a sequence number.
package struct StreamID: Sendable, Hashable, Comparable {
  package let milliseconds: UInt64
  package let sequence: UInt64

  package init(milliseconds: UInt64, sequence: UInt64) {
    (self.milliseconds, self.sequence) = (milliseconds, sequence)
  }

  /// nil where `text` is no entry's id.
  package init?(_ text: String) {
    var text = text
    guard let id = text.withUTF8({ StreamID(UnsafeRawBufferPointer($0)) }) else { return nil }
    self = id
  }

  /// The same of a text's bytes.
  init?(_ text: UnsafeRawBufferPointer) {
    guard let dash = text.firstIndex(of: UInt8(ascii: "-")), let milliseconds = Self.number(text[..<dash]),
      let sequence = Self.number(text[(dash + 1)...])
    else { return nil }
    self.init(milliseconds: milliseconds, sequence: sequence)
  }

  /// Digits and nothing else.
  private static func number(_ digits: Slice<UnsafeRawBufferPointer>) -> UInt64? {
    if digits.isEmpty { return nil }
    var number: UInt64 = 0
    for byte in digits {
      let digit = byte &- UInt8(ascii: "0")
      let (tens, isTooLarge) = number.multipliedReportingOverflow(by: 10)
      let (sum, isStillTooLarge) = tens.addingReportingOverflow(UInt64(digit))
      guard digit < 10, !isTooLarge, !isStillTooLarge else { return nil }
      number = sum
    }
    return number
  }

  // In one step: it is asked for with every entry that comes and goes.
  package func hash(into hasher: inout Hasher) {
    let spread: UInt64 = 0x9E37_79B9_7F4A_7C15
    hasher.combine(milliseconds &* spread ^ sequence)
  }

  package static func < (left: StreamID, right: StreamID) -> Bool {
    (left.milliseconds, left.sequence) < (right.milliseconds, right.sequence)
  }
}

extension StreamID: CustomStringConvertible {
  package var description: String { "\(milliseconds)-\(sequence)" }
}
