/// The values of a JSON text in the order in which they stand, as tokens that point into it; so that what is asked for can
/// be read without reading the rest.
package struct JSONTape: Sendable {
  package struct Token: Sendable {
    package enum Kind: UInt8, Sendable {
      case object, array
      case string
      /// A string with escapes.
      case escapedString
      case number
      case `true`, `false`, null
    }

    package let kind: Kind
    /// Where it stands: of a string, what is between its quotes; of an object or array, where it begins.
    package fileprivate(set) var span: ByteSpan
    /// The members of an object, or the elements of an array.
    package fileprivate(set) var count: UInt32 = 0
    /// The token after this value and all that is in it. The first one in an object or array follows that at once; a
    /// member is two of them, its key and its value.
    package fileprivate(set) var next: UInt32 = 0

    /// A string with escapes.
    @inlinable @inline(__always)
    package var isEscaped: Bool {
      // Without a call of the type's `==`.
      if case .escapedString = kind { true } else { false }
    }
  }

  /// The first one is the whole.
  package private(set) var tokens: ContiguousArray<Token> = []
  /// Objects and arrays that are open.
  private var open: ContiguousArray<Int> = []

  /// Bytes of text for a token, about, where the values are short.
  private static let bytesForToken = 12

  private init() {}

  /// Reads one value and nothing else: strictly by the grammar, but an object may have a key twice.
  package static func read(
    _ bytes: UnsafeRawBufferPointer, maximumDepth: Int = JSONScanner.deepestNesting
  ) throws(JSONError) -> JSONTape {
    guard bytes.count <= ByteSpan.maximumMessageBytes else {
      throw JSONError(.tooLarge(byteCount: bytes.count, limit: ByteSpan.maximumMessageBytes), at: 0)
    }
    var scanner = JSONScanner(bytes, mode: .inbound, maximumDepth: maximumDepth)
    var tape = JSONTape()
    tape.tokens.reserveCapacity(bytes.count / bytesForToken + 4)
    repeat { try tape.readValue(&scanner) } while try tape.reachesNextValue(&scanner)
    try scanner.finish()
    return tape
  }

  /// A scalar, or what opens an object or array.
  private mutating func readValue(_ scanner: inout JSONScanner) throws(JSONError) {
    scanner.skipWhitespace()
    let start = scanner.position
    switch scanner.next {
    case ASCII.quote:
      let isEscaped = try scanner.skipString()
      add(isEscaped ? .escapedString : .string, ByteSpan(start + 1, scanner.position - 1))
    case ASCII.openBrace: try open(.object, &scanner)
    case ASCII.openBracket: try open(.array, &scanner)
    default:
      let kind = Token.Kind(first: scanner.next)
      add(kind, try scanner.value(openContainers: open.count))
    }
  }

  private mutating func open(_ kind: Token.Kind, _ scanner: inout JSONScanner) throws(JSONError) {
    guard open.count < scanner.maximumDepth else { throw scanner.tooDeep() }
    open.append(tokens.count)
    add(kind, ByteSpan(scanner.position, scanner.position + 1))
    scanner.position += 1
  }

  private mutating func add(_ kind: Token.Kind, _ span: ByteSpan) {
    tokens.append(Token(kind: kind, span: span, next: UInt32(truncatingIfNeeded: tokens.count + 1)))
  }

  /// Up to the next value in what is open; false when all is closed.
  private mutating func reachesNextValue(_ scanner: inout JSONScanner) throws(JSONError) -> Bool {
    while let container = open.last {
      scanner.skipWhitespace()
      let isObject = tokens[container].kind == .object
      let isEmpty = tokens.count == container + 1
      if scanner.next == (isObject ? ASCII.closeBrace : ASCII.closeBracket) {
        scanner.position += 1
        open.removeLast()
        tokens[container].next = UInt32(truncatingIfNeeded: tokens.count)
        continue
      }
      if !isEmpty {
        guard scanner.next == ASCII.comma else {
          throw scanner.unexpected(expected: isObject ? "',' or '}'" : "',' or ']'")
        }
        scanner.position += 1
      }
      tokens[container].count += 1
      if isObject {
        let key = try scanner.key()
        add(key.isEscaped ? .escapedString : .string, key.content)
      }
      return true
    }
    return false
  }
}

extension JSONTape.Token.Kind {
  /// Of a value that begins with this byte, and is no string, object or array.
  fileprivate init(first byte: UInt8) {
    self =
      switch byte {
      case UInt8(ascii: "t"): .true
      case UInt8(ascii: "f"): .false
      case UInt8(ascii: "n"): .null
      default: .number
      }
  }
}
