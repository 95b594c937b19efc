/// A whole JSON value, for what is read or written rarely. Numbers keep their digits; halves of surrogate
/// pairs, which no text can hold, become U+FFFD.
package enum JSONValue: Equatable, Sendable {
  /// A key of an object and what it holds.
  package struct Member: Equatable, Sendable {
    package var name: String
    package var value: JSONValue

    package init(_ name: String, _ value: JSONValue) {
      self.name = name
      self.value = value
    }
  }

  case null
  case bool(Bool)
  case number(String)
  case string(String)
  case array([JSONValue])
  case object([Member])

  /// A finite number; of others, the nearest.
  package static func number(_ value: Double) -> JSONValue { .number(JSONNumber.text(value)) }

  /// A whole number.
  package static func number(_ value: Int) -> JSONValue { .number(String(value)) }

  /// Reads one value. Of a key that an object has twice, the last value counts, at the first one's position.
  package static func parse(
    _ bytes: UnsafeRawBufferPointer, maximumDepth: Int = JSONScanner.usualDepth
  ) throws(JSONError) -> JSONValue {
    let span = try JSONScanner.validate(bytes, mode: .inbound, maximumDepth: maximumDepth)
    var scanner = JSONScanner(span.bytes(in: bytes), mode: .inbound, maximumDepth: maximumDepth)
    return try read(&scanner, openContainers: 0)
  }

  /// What an object holds under a key.
  package subscript(name: String) -> JSONValue? {
    guard case .object(let members) = self else { return nil }
    return members.first { $0.name == name }?.value
  }

  package var string: String? {
    if case .string(let text) = self { text } else { nil }
  }

  package var double: Double? {
    guard case .number(let digits) = self else { return nil }
    return digits.utf8.withContiguousStorageIfAvailable { JSONNumber.double(UnsafeRawBufferPointer($0)) }
      ?? Double(digits)
  }

  package var elements: [JSONValue]? {
    if case .array(let elements) = self { elements } else { nil }
  }

  // Recursion is bounded by the nesting that the scan before it has let through.
  private static func read(_ scanner: inout JSONScanner, openContainers: Int) throws(JSONError) -> JSONValue {
    scanner.skipWhitespace()
    switch scanner.next {
    case ASCII.openBrace: return try readObject(&scanner, openContainers: openContainers)
    case ASCII.openBracket: return try readArray(&scanner, openContainers: openContainers)
    default:
      let bytes = try scanner.value(openContainers: openContainers).bytes(in: scanner.bytes)
      switch JSONType(of: bytes) {
      case .null: return .null
      case .boolean: return .bool(bytes[0] == UInt8(ascii: "t"))
      case .string:
        return .string(JSONString.text(of: UnsafeRawBufferPointer(rebasing: bytes[1..<bytes.count - 1])))
      default: return .number(String(decoding: bytes, as: UTF8.self))
      }
    }
  }

  private static func readArray(_ scanner: inout JSONScanner, openContainers: Int) throws(JSONError)
    -> JSONValue
  {
    var elements: [JSONValue] = []
    repeat {
      scanner.position += 1
      scanner.skipWhitespace()
      if scanner.next == ASCII.closeBracket { break }
      elements.append(try read(&scanner, openContainers: openContainers + 1))
      scanner.skipWhitespace()
    } while scanner.next == ASCII.comma
    scanner.position += 1
    return .array(elements)
  }

  private static func readObject(_ scanner: inout JSONScanner, openContainers: Int) throws(JSONError)
    -> JSONValue
  {
    var keys: ContiguousArray<JSONKeySpan> = []
    var values: [JSONValue] = []
    guard try scanner.openObject() else { return .object([]) }
    repeat {
      keys.append(try scanner.key())
      values.append(try read(&scanner, openContainers: openContainers + 1))
    } while try scanner.continuesObject()
    let bytes = scanner.bytes
    let positions = lastPositions(count: keys.count) { keys[$0].key(in: bytes) }
    return .object(
      positions.map { Member(JSONString.text(of: keys[$0].content.bytes(in: bytes)), values[$0]) })
  }
}
