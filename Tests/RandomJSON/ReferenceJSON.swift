/// The grammar of RFC 8259 a second time, as plainly as it can be written, to compare with.
package struct ReferenceJSON {
  package indirect enum Value: Equatable {
    case null
    case bool(Bool)
    case number(String)
    /// UTF-16, which can express half a surrogate pair.
    case string([UInt16])
    case array([Value])
    case object([[UInt16]: Value])

    package static func text(_ text: String) -> Value { .string(Array(text.utf16)) }

    package subscript(name: String) -> Value? {
      if case .object(let members) = self { members[Array(name.utf16)] } else { nil }
    }
  }

  package let value: Value
  package let depth: Int
  package let hasDuplicateKeys: Bool

  /// Nil when the bytes are no JSON.
  package init?(_ bytes: [UInt8]) {
    guard let text = String(validating: bytes, as: UTF8.self) else { return nil }
    var reader = Reader(units: Array(text.utf16))
    guard let value = reader.value(depth: 0) else { return nil }
    reader.whitespace()
    guard reader.position == reader.units.count else { return nil }
    self.value = value
    depth = reader.deepest
    hasDuplicateKeys = reader.hasDuplicateKeys
  }

  private struct Reader {
    let units: [UInt16]
    var position = 0
    var deepest = 0
    var hasDuplicateKeys = false

    init(units: [UInt16]) {
      self.units = units
    }

    var character: Character? {
      position < units.count ? Unicode.Scalar(units[position]).map(Character.init) : nil
    }

    mutating func whitespace() {
      while let character, " \t\n\r".unicodeScalars.contains(character.unicodeScalars.first!) {
        position += 1
      }
    }

    mutating func take(_ text: String) -> Bool {
      let wanted = Array(text.utf16)
      guard units[position...].starts(with: wanted) else { return false }
      position += wanted.count
      return true
    }

    mutating func value(depth: Int) -> Value? {
      whitespace()
      if take("null") { return .null }
      if take("true") { return .bool(true) }
      if take("false") { return .bool(false) }
      if take("\"") { return string().map(Value.string) }
      if take("[") { return array(depth: depth + 1) }
      if take("{") { return object(depth: depth + 1) }
      return number()
    }

    mutating func array(depth: Int) -> Value? {
      deepest = max(deepest, depth)
      var elements: [Value] = []
      whitespace()
      if take("]") { return .array([]) }
      while true {
        guard let element = value(depth: depth) else { return nil }
        elements.append(element)
        whitespace()
        if take("]") { return .array(elements) }
        guard take(",") else { return nil }
      }
    }

    mutating func object(depth: Int) -> Value? {
      deepest = max(deepest, depth)
      var members: [[UInt16]: Value] = [:]
      whitespace()
      if take("}") { return .object([:]) }
      while true {
        whitespace()
        guard take("\""), let key = string() else { return nil }
        whitespace()
        guard take(":"), let value = value(depth: depth) else { return nil }
        if members.updateValue(value, forKey: key) != nil { hasDuplicateKeys = true }
        whitespace()
        if take("}") { return .object(members) }
        guard take(",") else { return nil }
      }
    }

    mutating func string() -> [UInt16]? {
      var result: [UInt16] = []
      let meanings: [String: UInt16] = [
        "\\\"": 0x22, "\\\\": 0x5C, "\\/": 0x2F, "\\b": 8, "\\f": 12, "\\n": 10, "\\r": 13, "\\t": 9,
      ]
      while position < units.count {
        if take("\"") { return result }
        if units[position] == 0x5C {
          if let (escape, meaning) = meanings.first(where: { units[position...].starts(with: $0.key.utf16) })
          {
            result.append(meaning)
            position += escape.utf16.count
          } else {
            let digits = units.dropFirst(position + 2).prefix(4)
            let text = String(decoding: digits, as: UTF16.self)
            guard take("\\u"), digits.count == 4, text.utf8.allSatisfy({ isHexDigit($0) }) else { return nil }
            result.append(UInt16(text, radix: 16)!)
            position += 4
          }
        } else {
          guard units[position] >= 0x20 else { return nil }
          result.append(units[position])
          position += 1
        }
      }
      return nil
    }

    private func isHexDigit(_ byte: UInt8) -> Bool { "0123456789abcdefABCDEF".utf8.contains(byte) }

    mutating func number() -> Value? {
      let start = position
      _ = take("-")
      if !take("0") { guard digits() else { return nil } }
      if take(".") { guard digits() else { return nil } }
      if take("e") || take("E") {
        if !take("+") { _ = take("-") }
        guard digits() else { return nil }
      }
      return .number(String(decoding: units[start..<position], as: UTF16.self))
    }

    private mutating func digits() -> Bool {
      let start = position
      while let character, ("0"..."9").contains(character) { position += 1 }
      return position > start
    }
  }
}
