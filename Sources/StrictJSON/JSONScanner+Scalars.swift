extension JSONScanner {
  /// Passes over a number that begins at the position.
  @inline(__always)
  package mutating func skipNumber() throws(JSONError) {
    // What nearly all are: digits, and perhaps a point with more of them.
    let first = next
    var end = position
    if first != ASCII.zero {
      end = endOfDigits(from: end)
    } else {
      end += 1
    }
    if end > position {
      var last = byte(at: end)
      if last == ASCII.point {
        let fraction = end + 1
        end = endOfDigits(from: fraction)
        last = end > fraction ? byte(at: end) : UInt8(ascii: "e")
      }
      if last | 0x20 != UInt8(ascii: "e") {
        position = end
        return
      }
    }
    try skipAnyNumber()
  }

  @inline(never)
  private mutating func skipAnyNumber() throws(JSONError) {
    if next == ASCII.minus {
      if byte(at: position + 1) == UInt8(ascii: "I") { return try refuse("-Infinity") }
      position += 1
    }
    if next == ASCII.zero {
      position += 1
    } else {
      try skipDigits()
    }
    if next == ASCII.point {
      position += 1
      try skipDigits()
    }
    if next | 0x20 == UInt8(ascii: "e") {
      position += 1
      if next == ASCII.plus || next == ASCII.minus { position += 1 }
      try skipDigits()
    }
  }

  /// Passes over one digit or more.
  private mutating func skipDigits() throws(JSONError) {
    let end = endOfDigits(from: position)
    guard end > position else { throw unexpected(expected: "a digit") }
    position = end
  }

  @inline(__always)
  private func endOfDigits(from start: Int) -> Int {
    var end = start
    while count &- end >= 8 {
      let others = Self.otherThanDigits(in: word(at: end))
      guard others == 0 else { return end &+ others.trailingZeroBitCount >> 3 }
      end &+= 8
    }
    while ASCII.isDigit(byte(at: end)) { end += 1 }
    return end
  }

  /// Not zero in each byte that is no digit.
  @inline(__always)
  private static func otherThanDigits(in word: UInt64) -> UInt64 {
    let ones: UInt64 = 0x0101_0101_0101_0101
    let upper = ones &* 0xF0
    // A digit's upper half is 3, and its lower one goes no further than 9; nothing is carried into the next byte.
    return (word & upper) ^ (ones &* 0x30) | (((word & ~upper) &+ (ones &* 6)) & upper)
  }

  /// Passes over a string that begins at the position. Returns whether it holds escapes.
  @inline(__always)
  package mutating func skipString() throws(JSONError) -> Bool {
    let end = endOfPlainText(from: position + 1)
    guard byte(at: end) == ASCII.quote else { return try skipString(from: end) }
    position = end + 1
    return false
  }

  /// The rest of a string that is not plain up to its end.
  @inline(never)
  private mutating func skipString(from start: Int) throws(JSONError) -> Bool {
    position = start
    var isEscaped = false
    while true {
      position = endOfPlainText(from: position)
      guard position < count else { throw unexpected(expected: "the end of a string") }
      let byte = byte(at: position)
      switch byte {
      case ASCII.quote:
        position += 1
        return isEscaped
      case ASCII.backslash:
        isEscaped = true
        try skipEscape()
      case 0x80...:
        try skipMultibyteScalar(lead: byte)
      default:
        throw JSONError(.controlCharacter(byte), at: position)
      }
    }
  }

  /// Where printable ASCII other than quotes and backslashes ends; looks at eight bytes at a time.
  @inline(__always)
  private func endOfPlainText(from start: Int) -> Int {
    var end = start
    while count &- end >= 8 {
      let special = Self.specialBytes(of: word(at: end))
      guard special == 0 else { return end &+ special.trailingZeroBitCount >> 3 }
      end &+= 8
    }
    while end < count {
      let byte = byte(at: end)
      guard byte >= 0x20, byte < 0x80, byte != ASCII.quote, byte != ASCII.backslash else { break }
      end += 1
    }
    return end
  }

  /// The high bit of each byte that is no plain text. Exact up to the first such byte, which
  /// is all that is used.
  @inline(__always)
  private static func specialBytes(of word: UInt64) -> UInt64 {
    let ones: UInt64 = 0x0101_0101_0101_0101
    // This changes places with the quote and the space, so that the quote is next to the control characters.
    let quotesAndControls = (word ^ (ones &* 2)) &- (ones &* 0x21)
    let backslashes = (word ^ (ones &* 0x5C)) &- ones
    return (word | quotesAndControls | backslashes) & (ones &* 0x80)
  }

  private mutating func skipEscape() throws(JSONError) {
    let start = position
    position += 1
    guard position < count else { throw unexpected(expected: "the rest of an escape") }
    switch byte(at: position) {
    case ASCII.quote, ASCII.backslash, UInt8(ascii: "/"), UInt8(ascii: "b"), UInt8(ascii: "f"),
      UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
      position += 1
    case UInt8(ascii: "u"):
      position += 1
      for _ in 0..<4 {
        guard position < count else { throw unexpected(expected: "the rest of an escape") }
        guard ASCII.hexValue(byte(at: position)) != nil else { throw JSONError(.malformedEscape, at: start) }
        position += 1
      }
    default: throw JSONError(.malformedEscape, at: start)
    }
  }

  /// Passes over one scalar of two to four bytes, as the Unicode standard's table of well-formed
  /// UTF-8 has it.
  private mutating func skipMultibyteScalar(lead: UInt8) throws(JSONError) {
    let second: ClosedRange<UInt8>
    let count: Int
    switch lead {
    case 0xC2...0xDF: (count, second) = (2, 0x80...0xBF)
    case 0xE0: (count, second) = (3, 0xA0...0xBF)
    case 0xED: (count, second) = (3, 0x80...0x9F)
    case 0xE1...0xEF: (count, second) = (3, 0x80...0xBF)
    case 0xF0: (count, second) = (4, 0x90...0xBF)
    case 0xF1...0xF3: (count, second) = (4, 0x80...0xBF)
    case 0xF4: (count, second) = (4, 0x80...0x8F)
    default: throw JSONError(.malformedUTF8, at: position)
    }
    guard self.count - position >= count, second.contains(byte(at: position + 1)) else {
      throw JSONError(.malformedUTF8, at: position)
    }
    for index in position + 2..<position + count where byte(at: index) & 0xC0 != 0x80 {
      throw JSONError(.malformedUTF8, at: position)
    }
    position += count
  }
}
