import StrictJSON

/// What a message asks for as the time an agent may take.
package enum AgentTimeout: Equatable, Sendable {
  /// Nothing: the host's default holds.
  case absent
  case seconds(Double)
  /// Something that is no time; the text says what.
  case invalid(String)
}

extension Envelope {
  /// The payload's `__agent_timeout_sec`: a number, or a string that holds one.
  package func agentTimeout(in bytes: UnsafeRawBufferPointer) -> AgentTimeout {
    guard let span = payloadValue(PayloadKey.timeout, in: bytes) else { return .absent }
    let value = span.bytes(in: bytes)
    switch JSONType(of: value) {
    case .number:
      if let seconds = JSONNumber.double(value) { return .seconds(seconds) }
      return .invalid("\(PayloadKey.timeout) is too large a number")
    case .string:
      if let seconds = Self.seconds(string(at: span, in: bytes) ?? "") { return .seconds(seconds) }
      return .invalid("\(PayloadKey.timeout) is a string that holds no finite number")
    case let other:
      return .invalid("\(PayloadKey.timeout) is \(other.rawValue); it must be a number of seconds")
    }
  }

  private static func seconds(_ text: String) -> Double? {
    let number = trimmed(text.utf8)
    // `Double` reads hexadecimal and names like "inf" as well, which are no number of seconds.
    let allowed: (UInt8) -> Bool = { byte in
      ASCII.isDigit(byte) || [ASCII.point, ASCII.plus, ASCII.minus].contains(byte)
        || byte | 0x20 == UInt8(ascii: "e")
    }
    guard number.allSatisfy(allowed), let seconds = Double(Substring(number)), seconds.isFinite else {
      return nil
    }
    return seconds
  }

  private static func trimmed(_ text: String.UTF8View) -> Substring.UTF8View {
    var rest = text[...]
    while let first = rest.first, isSpace(first) { rest.removeFirst() }
    while let last = rest.last, isSpace(last) { rest.removeLast() }
    return rest
  }

  // The whitespace of ASCII, as Python's float() strips it.
  private static func isSpace(_ byte: UInt8) -> Bool {
    byte == ASCII.space || (ASCII.tab...ASCII.carriageReturn).contains(byte) || (0x1C...0x1F).contains(byte)
  }
}
