/// Why some bytes are not the JSON that is asked for, and at which byte.
package struct JSONError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The kinds of refusal.
  package enum Code: Equatable, Sendable {
    /// The bytes end inside a value.
    case unexpectedEnd(expected: String)
    /// A byte that the grammar has no place for here.
    case unexpectedByte(UInt8, expected: String)
    /// `NaN`, `Infinity` or `-Infinity`, which some writers emit and JSON does not have.
    case notFinite(String)
    case malformedEscape
    case controlCharacter(UInt8)
    case malformedUTF8
    case tooDeep(limit: Int)
    case duplicateKey(String)
    case trailingBytes
    case notAnObject
    case tooLarge(byteCount: Int, limit: Int)
  }

  /// What is wrong.
  package var code: Code
  /// The byte it was found at, counted from 0.
  package var offset: Int

  package init(_ code: Code, at offset: Int) {
    self.code = code
    self.offset = offset
  }

  package var description: String { "byte \(offset): \(reason)" }

  private var reason: String {
    switch code {
    case .unexpectedEnd(let expected): "the text ends where \(expected) is expected"
    case .unexpectedByte(let byte, let expected): "\(Self.printable(byte)) where \(expected) is expected"
    case .notFinite(let name): "\(name) is not JSON"
    case .malformedEscape:
      "an escape is one of \\\" \\\\ \\/ \\b \\f \\n \\r \\t and \\u with four hex digits"
    case .controlCharacter(let byte): "control character \(Self.printable(byte)) in a string is not escaped"
    case .malformedUTF8: "not valid UTF-8"
    case .tooDeep(let limit): "nesting deeper than \(limit)"
    case .duplicateKey(let key): "key \"\(key)\" appears twice in one object"
    case .trailingBytes: "more text after the end of the value"
    case .notAnObject: "an object is expected"
    case .tooLarge(let byteCount, let limit): "\(byteCount) bytes are more than the limit of \(limit)"
    }
  }

  private static func printable(_ byte: UInt8) -> String {
    if byte > ASCII.space, byte < ASCII.delete { return "'\(Character(Unicode.Scalar(byte)))'" }
    let digits = String(byte, radix: 16)
    return "0x" + (digits.count == 1 ? "0" : "") + digits
  }
}
