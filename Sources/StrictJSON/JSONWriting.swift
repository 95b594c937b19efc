extension [UInt8] {
  @inline(__always)
  package mutating func append(_ text: StaticString) {
    // SAFETY: a literal's bytes live as long as the process.
    append(contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
  }

  package mutating func append(unescaped text: String) {
    var text = text
    text.withUTF8 { append(contentsOf: $0) }
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
    withUnsafeTemporaryAllocation(of: UInt8.self, capacity: Self.longestDigits) { digits in
      var rest = microseconds
      var place = digits.count
      var end = digits.count
      func write(_ byte: UInt8) {
        place -= 1
        digits.initializeElement(at: place, to: byte)
      }
      for fractionDigit in 0..<6 {
        write(ASCII.zero + UInt8(truncatingIfNeeded: rest % 10))
        // Zeros at the end say nothing; one stays, so that the number keeps its point.
        if digits[place] == ASCII.zero, end == place + 1, fractionDigit < 5 { end = place }
        rest /= 10
      }
      write(ASCII.point)
      repeat {
        write(ASCII.zero + UInt8(truncatingIfNeeded: rest % 10))
        rest /= 10
      } while rest > 0
      append(contentsOf: digits[place..<end])
    }
  }

  /// Of a number of microseconds in a `UInt64`, and its point.
  private static var longestDigits: Int { 24 }

  package mutating func append(json value: Int) {
    append(unescaped: String(value))
  }

  /// Appends a string in quotes, or null.
  package mutating func append(json text: String?) {
    guard let text else { return append("null") }
    append(json: text)
  }

  /// Appends a string in quotes.
  package mutating func append(json text: String) {
    append(ASCII.quote)
    var text = text
    text.withUTF8 { append(escaped: $0) }
    append(ASCII.quote)
  }

  private mutating func append(escaped text: UnsafeBufferPointer<UInt8>) {
    var plainStart = 0
    for (index, byte) in text.enumerated() {
      guard byte < ASCII.space || byte == ASCII.quote || byte == ASCII.backslash else { continue }
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
    append(contentsOf: array.dropLast())
    return array.dropFirst().first { !ASCII.isWhitespace($0) } != ASCII.closeBracket
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
