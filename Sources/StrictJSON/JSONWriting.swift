extension [UInt8] {
  /// Appends what `write` puts down from the pointer on: it returns how many bytes, `room` at most.
  @inline(__always)
  private mutating func append(room: Int, _ write: (UnsafeMutablePointer<UInt8>) -> Int) {
    append(addingCapacity: room) { span in
      span.withUnsafeMutableBufferPointer { buffer, count in
        guard let start = buffer.baseAddress else { return }
        // SAFETY: behind what is written there is the room that was just asked for; `write` keeps to it.
        count += write(start + count)
      }
    }
  }

  @inline(__always)
  private mutating func append(copying start: UnsafePointer<UInt8>, count: Int) {
    append(room: count) { target in
      // SAFETY: there is room for as many; what is copied lies elsewhere, for this array is being changed.
      target.update(from: start, count: count)
      return count
    }
  }

  package mutating func append(_ text: StaticString) {
    // SAFETY: a literal's bytes live as long as the process.
    append(copying: text.utf8Start, count: text.utf8CodeUnitCount)
  }

  /// Appends what stands in a message, as it is.
  package mutating func append(bytes: UnsafeRawBufferPointer) {
    bytes.withMemoryRebound(to: UInt8.self) { bytes in
      if let start = bytes.baseAddress { append(copying: start, count: bytes.count) }
    }
  }

  package mutating func append(unescaped text: String) {
    var text = text
    text.withUTF8 { append(bytes: UnsafeRawBufferPointer($0)) }
  }

  /// Appends a finite number; of others, the nearest.
  package mutating func append(json value: Double) {
    if let microseconds = JSONNumber.microseconds(value) {
      append(microseconds: microseconds)
    } else {
      append(unescaped: JSONNumber.text(value))
    }
  }

  /// A number by its millionths, `1700000000.25`: as all other digits that read back as the same, but found many times
  /// faster.
  private mutating func append(microseconds: UInt64) {
    let (whole, millionths) = microseconds.quotientAndRemainder(dividingBy: 1_000_000)
    append(room: Self.longestDigits) { target in
      // SAFETY: all digits of any such number and its point fit into the room.
      var count = Self.write(whole, digits: Self.decimalLength(of: whole), to: target)
      target[count] = ASCII.point
      count += 1
      // Zeros at the end say nothing; one digit stays, so that the number keeps its point.
      var (rest, digits) = (millionths, 6)
      while digits > 1, rest % 10 == 0 { (rest, digits) = (rest / 10, digits - 1) }
      return count + Self.write(rest, digits: digits, to: target + count)
    }
  }

  /// Of a number of microseconds in a `UInt64`, and its point.
  private static var longestDigits: Int { 24 }

  package mutating func append(json value: Int) {
    if value < 0 { return append(unescaped: String(value)) }
    append(room: Self.longestDigits) { target in
      // SAFETY: as above.
      let number = UInt64(value)
      return Self.write(number, digits: Self.decimalLength(of: number), to: target)
    }
  }

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
      let pair = UInt8(truncatingIfNeeded: rest % 100)
      rest /= 100
      place -= 2
      target[place] = ASCII.zero + pair / 10
      target[place + 1] = ASCII.zero + pair % 10
    }
    if place == 1 { target[0] = ASCII.zero + UInt8(truncatingIfNeeded: rest % 10) }
    return digits
  }

  /// Appends a string in quotes, or null.
  package mutating func append(json text: String?) {
    guard let text else { return append("null") }
    append(json: text)
  }

  /// Appends a string in quotes.
  package mutating func append(json text: String) {
    var text = text
    text.withUTF8 { text in
      guard let start = text.baseAddress, !text.contains(where: Self.needsEscape) else {
        append(ASCII.quote)
        append(escaped: text)
        return append(ASCII.quote)
      }
      append(room: text.count + 2) { target in
        target[0] = ASCII.quote
        // SAFETY: as in `append(copying:count:)`.
        (target + 1).update(from: start, count: text.count)
        target[text.count + 1] = ASCII.quote
        return text.count + 2
      }
    }
  }

  @inline(__always)
  private static func needsEscape(_ byte: UInt8) -> Bool {
    byte < ASCII.space || byte == ASCII.quote || byte == ASCII.backslash
  }

  private mutating func append(escaped text: UnsafeBufferPointer<UInt8>) {
    var plainStart = 0
    for (index, byte) in text.enumerated() where Self.needsEscape(byte) {
      append(contentsOf: text[plainStart..<index])
      plainStart = index + 1
      append(ASCII.backslash)
      if byte >= ASCII.space {
        append(byte)
      } else {
        append(byte < 0x10 ? "u000" : "u001")
        append(Self.hexDigit(byte & 0x0F))
      }
    }
    append(contentsOf: text[plainStart...])
  }

  private static func hexDigit(_ value: UInt8) -> UInt8 {
    value < 10 ? ASCII.zero + value : UInt8(ascii: "a") + value - 10
  }

  /// Appends an array without its closing bracket, to be continued. Returns whether it has elements.
  package mutating func append(openArray array: UnsafeRawBufferPointer) -> Bool {
    append(bytes: UnsafeRawBufferPointer(rebasing: array.dropLast()))
    var position = 1
    while position < array.count, ASCII.isWhitespace(array[position]) { position += 1 }
    return position < array.count && array[position] != ASCII.closeBracket
  }
}

extension JSONValue {
  /// Appends the value as JSON, without spaces.
  package func write(into output: inout [UInt8]) {
    switch self {
    case .null: output.append("null")
    case .bool(let value): output.append(value ? "true" : "false")
    case .number(let digits): output.append(unescaped: digits)
    case .string(let text): output.append(json: text)
    case .array(let elements):
      output.append(ASCII.openBracket)
      for (index, element) in elements.enumerated() {
        if index > 0 { output.append(ASCII.comma) }
        element.write(into: &output)
      }
      output.append(ASCII.closeBracket)
    case .object(let members):
      output.append(ASCII.openBrace)
      for (index, member) in members.enumerated() {
        if index > 0 { output.append(ASCII.comma) }
        output.append(json: member.name)
        output.append(ASCII.colon)
        member.value.write(into: &output)
      }
      output.append(ASCII.closeBrace)
    }
  }
}
