/// Reading of numbers that were scanned before.
package enum JSONNumber {
  /// The number as a double; nil when it is none or too large for one.
  package static func double(_ text: UnsafeRawBufferPointer) -> Double? {
    if let exact = exactDouble(text) { return exact }
    guard let first = text.first, first == ASCII.minus || ASCII.isDigit(first),
      let value = Double(String(decoding: text, as: UTF8.self)), value.isFinite
    else { return nil }
    return value
  }

  /// The number when it is integral, as `3` and `3.0` are, and fits.
  package static func integer(_ text: UnsafeRawBufferPointer) -> Int? {
    var digits: UInt64 = 0
    // As nearly all are.
    if text.count <= 18, !text.isEmpty, addDigits(of: text, from: 0, to: &digits) == text.count {
      return Int(digits)
    }
    if let integer = Int(String(decoding: text, as: UTF8.self)) { return integer }
    guard let value = double(text), abs(value) < 0x1p63 else { return nil }
    let integer = Int(value)
    return Double(integer) == value ? integer : nil
  }

  /// The shortest digits that read back as the same double. JSON has no infinity and no `NaN`: the largest
  /// double and 0 stand for them.
  package static func text(_ value: Double) -> String {
    if value.isFinite { return value.description }
    if value.isNaN { return "0.0" }
    return (value < 0 ? -Double.greatestFiniteMagnitude : .greatestFiniteMagnitude).description
  }

  /// The number in millionths, where it is the double that is nearest to so many of them, as times in whole microseconds
  /// are; nil for others.
  static func microseconds(_ value: Double) -> UInt64? {
    guard value >= 0, value < 0x1p53 / 1e6, value.sign == .plus else { return nil }
    // Halves go up: where that is not the nearest, the comparison finds it.
    let count = Int64(value * 1e6 + 0.5)
    return Double(count) / 1e6 == value ? UInt64(count) : nil
  }

  // Digits up to 2^53 divided by a power of ten up to 10^22 are two exact doubles, so that one division
  // rounds rightly. This covers nearly all timestamps and durations, ten times faster than the general way.
  private static func exactDouble(_ text: UnsafeRawBufferPointer) -> Double? {
    guard let first = text.first, ASCII.isDigit(first), text.count <= 18 else { return nil }
    var significand: UInt64 = 0
    var position = addDigits(of: text, from: 0, to: &significand)
    var fractionDigits = 0
    if position < text.count, text[position] == ASCII.point {
      let fraction = position + 1
      position = addDigits(of: text, from: fraction, to: &significand)
      fractionDigits = position - fraction
    }
    guard position == text.count, significand <= 1 << 53 else { return nil }
    return Double(significand) / powersOfTen[fractionDigits]
  }

  /// Returns where the digits end.
  @inline(__always)
  private static func addDigits(
    of text: UnsafeRawBufferPointer, from start: Int, to significand: inout UInt64
  ) -> Int {
    var position = start
    while position < text.count, ASCII.isDigit(text[position]) {
      significand = significand &* 10 &+ UInt64(text[position] &- ASCII.zero)
      position += 1
    }
    return position
  }

  private static let powersOfTen: [Double] = [
    1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17,
  ]
}
