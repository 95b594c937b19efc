/// The order of entries in a stream: milliseconds and a sequence number.
package struct StreamID: Sendable, Hashable, Comparable {
  package let milliseconds: UInt64
  package let sequence: UInt64

  /// nil where `text` is no entry's id.
  package init?(_ text: String) {
    var text = text
    let numbers = text.withUTF8 { bytes -> (UInt64, UInt64)? in
      guard let dash = bytes.firstIndex(of: UInt8(ascii: "-")),
        let milliseconds = Self.number(bytes[..<dash]), let sequence = Self.number(bytes[(dash + 1)...])
      else { return nil }
      return (milliseconds, sequence)
    }
    guard let numbers else { return nil }
    (milliseconds, sequence) = numbers
  }

  /// Digits and nothing else.
  private static func number(_ digits: Slice<UnsafeBufferPointer<UInt8>>) -> UInt64? {
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

  package static func < (left: StreamID, right: StreamID) -> Bool {
    (left.milliseconds, left.sequence) < (right.milliseconds, right.sequence)
  }
}
