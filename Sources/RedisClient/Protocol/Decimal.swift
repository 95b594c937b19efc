/// Numbers as the protocol has them.
enum Decimal {
  static func length(of number: UInt) -> Int {
    var length = 1
    var rest = number
    while rest >= 10_000 { (rest, length) = (rest / 10_000, length + 4) }
    while rest >= 10 { (rest, length) = (rest / 10, length + 1) }
    return length
  }

  static func write(_ number: UInt, endingAt end: Int, of target: UnsafeMutableRawBufferPointer) {
    var (index, rest) = (end, number)
    // Two at a time: most of the work is dividing.
    while rest >= 10 {
      let pair = UInt8(truncatingIfNeeded: rest % 100)
      rest /= 100
      index -= 2
      target[index] = zero + pair / 10
      target[index + 1] = zero + pair % 10
    }
    // What is left is one digit, or nothing where all were pairs.
    if rest > 0 || index == end { target[index - 1] = zero + UInt8(truncatingIfNeeded: rest) }
  }

  private static let zero = UInt8(ascii: "0")
}
