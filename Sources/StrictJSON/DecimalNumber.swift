/// A number by its digits, exactly: a significand that ends with no zero, times a power of ten.
package struct DecimalNumber: Equatable, Sendable {
  package let significand: WholeNumber
  package let exponent: Int

  /// Of 128 bits.
  static let mostDigits = 39
  private static let largestExponent: UInt = 1 << 40

  /// A number that was scanned before; nil where its significand is larger than 128 bits.
  package init?(_ text: UnsafeRawBufferPointer) {
    guard let first = text.first else { return nil }
    var magnitude: UInt128 = 0
    var fractionDigits = 0
    var isInFraction = false
    /// Zeros that count only if something follows them.
    var zeros = 0
    var position = first == ASCII.minus ? 1 : 0
    while position < text.count, text[position] | 0x20 != UInt8(ascii: "e") {
      let byte = text[position]
      position += 1
      switch byte {
      case ASCII.point: isInFraction = true
      case ASCII.zero:
        zeros += magnitude == 0 ? 0 : 1
        fractionDigits += isInFraction ? 1 : 0
      default:
        fractionDigits += isInFraction ? 1 : 0
        guard zeros <= Self.mostDigits else { return nil }
        for _ in 0..<zeros where !Self.append(0, to: &magnitude) { return nil }
        guard Self.append(byte - ASCII.zero, to: &magnitude) else { return nil }
        zeros = 0
      }
    }
    guard let exponent = Self.exponent(UnsafeRawBufferPointer(rebasing: text[position...])) else {
      return nil
    }
    significand = WholeNumber(isNegative: first == ASCII.minus && magnitude > 0, magnitude: magnitude)
    self.exponent = magnitude == 0 ? 0 : exponent + zeros - fractionDigits
  }

  /// What stands from the `e` on; nil where it is beyond all use.
  private static func exponent(_ text: UnsafeRawBufferPointer) -> Int? {
    if text.isEmpty { return 0 }
    let exponent = Int(String(decoding: text.dropFirst(), as: UTF8.self))
    return exponent.flatMap { $0.magnitude <= largestExponent ? $0 : nil }
  }

  static func append(_ digit: UInt8, to magnitude: inout UInt128) -> Bool {
    let (product, isTooLarge) = magnitude.multipliedReportingOverflow(by: 10)
    let (sum, isStillTooLarge) = product.addingReportingOverflow(UInt128(digit))
    magnitude = sum
    return !isTooLarge && !isStillTooLarge
  }
}
