/// A number without a fraction, exactly.
package struct WholeNumber: Equatable, Sendable {
  package let isNegative: Bool
  package let magnitude: UInt128

  /// A number that was scanned before; nil where it has a fraction, as `2.5` and `1e-1` do, or is larger than 128 bits.
  package init?(_ text: UnsafeRawBufferPointer) {
    guard let number = DecimalNumber(text), number.exponent >= 0 else { return nil }
    var magnitude = number.significand.magnitude
    guard magnitude == 0 || number.exponent <= DecimalNumber.mostDigits else { return nil }
    for _ in 0..<(magnitude == 0 ? 0 : number.exponent) where !DecimalNumber.append(0, to: &magnitude) {
      return nil
    }
    self.init(isNegative: number.significand.isNegative, magnitude: magnitude)
  }

  init(isNegative: Bool, magnitude: UInt128) {
    self.isNegative = isNegative
    self.magnitude = magnitude
  }
}
