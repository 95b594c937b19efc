/// Values of JSON as they are put down at a pointer, behind which there is room for them.
enum JSONText {
  /// Of a number that is written by `write(microseconds:to:)` or `write(count:to:)`.
  static let longestNumber = 24

  /// A number by its millionths, `1700000000.25`: as all other digits that read back as the same, but found many times
  /// faster. Returns how many bytes it has.
  @inline(__always)
  static func write(microseconds: UInt64, to target: UnsafeMutablePointer<UInt8>) -> Int {
    let (whole, millionths) = microseconds.quotientAndRemainder(dividingBy: 1_000_000)
    // SAFETY: all digits of any such number and its point fit into the room.
    var count = write(whole, digits: decimalLength(of: whole), to: target)
    target[count] = ASCII.point
    count += 1
    // Zeros at the end say nothing; one digit stays, so that the number keeps its point.
    var (rest, digits) = (millionths, 6)
    while digits > 1, rest % 10 == 0 { (rest, digits) = (rest / 10, digits - 1) }
    return count + write(rest, digits: digits, to: target + count)
  }

  /// Returns how many bytes it has.
  @inline(__always)
  static func write(count number: UInt64, to target: UnsafeMutablePointer<UInt8>) -> Int {
    write(number, digits: decimalLength(of: number), to: target)
  }

  @inline(__always)
  private static func decimalLength(of number: UInt64) -> Int {
    var length = 1
    var rest = number
    while rest >= 10_000 { (rest, length) = (rest / 10_000, length + 4) }
    while rest >= 10 { (rest, length) = (rest / 10, length + 1) }
    return length
  }

  /// Writes so many digits, the first of which may be zeros. Returns how many.
  @inline(__always)
  private static func write(_ number: UInt64, digits: Int, to target: UnsafeMutablePointer<UInt8>) -> Int {
    var (rest, place) = (number, digits)
    // Two at a time: most of the work is dividing.
    while place > 1 {
      // SAFETY: the literal has two digits for each remainder, and lives as long as the process.
      let pair = pairs.utf8Start + 2 * Int(rest % 100)
      rest /= 100
      place -= 2
      target[place] = pair[0]
      target[place + 1] = pair[1]
    }
    if place == 1 { target[0] = ASCII.zero + UInt8(truncatingIfNeeded: rest % 10) }
    return digits
  }

  @inline(__always)
  private static var pairs: StaticString {
    """
    0001020304050607080910111213141516171819202122232425262728293031323334353637383940414243444546474849\
    5051525354555657585960616263646566676869707172737475767778798081828384858687888990919293949596979899
    """
  }

  /// Bytes of a text's JSON, its quotes included.
  @inline(__always)
  static func length(of text: UnsafeBufferPointer<UInt8>) -> Int {
    var length = text.count + 2
    for byte in text where needsEscape(byte) { length += byte < ASCII.space ? 5 : 1 }
    return length
  }

  /// Writes a text in quotes. Returns how many bytes it has, as `length(of:)` says.
  @inline(__always)
  static func write(
    _ text: UnsafeBufferPointer<UInt8>, length: Int, to target: UnsafeMutablePointer<UInt8>
  ) -> Int {
    target[0] = ASCII.quote
    target[length - 1] = ASCII.quote
    if length == text.count + 2, let start = text.baseAddress {
      // SAFETY: there is room for `length` bytes, and what is copied lies elsewhere: nobody else knows of the target.
      (target + 1).update(from: start, count: text.count)
    } else {
      var place = 1
      for byte in text { place += write(byte, to: target + place) }
    }
    return length
  }

  /// Returns how many bytes it takes.
  private static func write(_ byte: UInt8, to target: UnsafeMutablePointer<UInt8>) -> Int {
    guard needsEscape(byte) else {
      target[0] = byte
      return 1
    }
    target[0] = ASCII.backslash
    if byte >= ASCII.space {
      target[1] = byte
      return 2
    }
    target[1] = UInt8(ascii: "u")
    target[2] = ASCII.zero
    target[3] = ASCII.zero
    target[4] = hexDigit(byte >> 4)
    target[5] = hexDigit(byte & 0x0F)
    return 6
  }

  @inline(__always)
  private static func needsEscape(_ byte: UInt8) -> Bool {
    byte < ASCII.space || byte == ASCII.quote || byte == ASCII.backslash
  }

  private static func hexDigit(_ value: UInt8) -> UInt8 {
    value < 10 ? ASCII.zero + value : UInt8(ascii: "a") + value - 10
  }

  /// Whether an array, from its opening bracket on, has elements.
  static func hasElements(_ array: UnsafeRawBufferPointer) -> Bool {
    var position = 1
    while position < array.count, ASCII.isWhitespace(array[position]) { position += 1 }
    return position < array.count && array[position] != ASCII.closeBracket
  }
}
