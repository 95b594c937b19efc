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

  /// Appends what was written before.
  package mutating func append(copying written: [UInt8]) {
    written.withUnsafeBytes { append(bytes: $0) }
  }

  package mutating func append(unescaped text: String) {
    var text = text
    text.withUTF8 { append(bytes: UnsafeRawBufferPointer($0)) }
  }

  /// Appends a finite number; of others, the nearest.
  package mutating func append(json value: Double) {
    if let microseconds = JSONNumber.microseconds(value) {
      append(room: JSONText.longestNumber) { JSONText.write(microseconds: microseconds, to: $0) }
    } else {
      append(unescaped: JSONNumber.text(value))
    }
  }

  package mutating func append(json value: Int) {
    if value < 0 { return append(unescaped: String(value)) }
    append(room: JSONText.longestNumber) { JSONText.write(count: UInt64(value), to: $0) }
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
      let length = JSONText.length(of: text)
      append(room: length) { JSONText.write(text, length: length, to: $0) }
    }
  }
}

extension JSONValue {
  /// Appends the value as JSON, without spaces.
  package func write(into output: inout [UInt8]) {
    let usual = 256
    output.append(copying: ByteOutput.bytes(expecting: usual) { write(into: &$0) })
  }

  /// Appends the value as JSON, without spaces.
  package func write(into output: inout ByteOutput) {
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
