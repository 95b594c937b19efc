import StrictJSON

/// One JSON text and where its values stand.
///
/// Values of types are made of it as they are asked for; what nobody asks for is never made. Thread-safe: nothing of it
/// changes.
final class JSONDocument: @unchecked Sendable {
  // SAFETY: allocated by this object alone, never written again, and freed with it; what points into it is held by values
  // that hold this object.
  let bytes: UnsafeRawBufferPointer
  let tokens: ContiguousArray<JSONTape.Token>
  /// Where the whole stands in what it was taken from.
  let path: CodingPath

  /// Throws `DecodingError.dataCorrupted` for what is not one JSON value.
  init(_ text: UnsafeRawBufferPointer, at path: CodingPath = .root) throws {
    self.path = path
    let copy = UnsafeMutableRawBufferPointer.allocate(byteCount: text.count, alignment: 1)
    copy.copyMemory(from: text)
    do throws(JSONError) {
      tokens = try JSONTape.read(UnsafeRawBufferPointer(copy)).tokens
    } catch {
      copy.deallocate()
      throw Self.notJSON(error)
    }
    bytes = UnsafeRawBufferPointer(copy)
  }

  static func notJSON(_ error: JSONError) -> DecodingError {
    .dataCorrupted(.init(codingPath: [], debugDescription: "is not JSON: \(error)", underlyingError: error))
  }

  deinit { bytes.deallocate() }

  /// The bytes of a scalar: of a string, what is between its quotes.
  func text(of token: JSONTape.Token) -> UnsafeRawBufferPointer { token.span.bytes(in: bytes) }

  /// Where the value of the last member of this name stands, among members whose first key is at `key`.
  func member(_ name: String, from key: Int, to end: Int) -> Int? {
    JSONKey.with(name) { wanted in
      tokens.withUnsafeBufferPointer { tokens in
        var (found, key): (Int?, Int) = (nil, key)
        while key < end {
          let token = tokens[key]
          // The length alone tells most of them apart.
          let isEscaped = token.isEscaped
          if isEscaped || Int(token.span.count) == wanted.content.count,
            JSONKey(content: text(of: token), isEscaped: isEscaped) == wanted
          {
            found = key + 1
          }
          key = Int(tokens[key + 1].next)
        }
        return found
      }
    }
  }

  /// The keys that lead to a value.
  func path(to index: Int) -> CodingPath {
    var (path, container) = (path, 0)
    while container < index {
      let isObject = tokens[container].kind == .object
      var (value, place) = (container + (isObject ? 2 : 1), 0)
      while tokens[value].next <= index {
        value = Int(tokens[value].next) + (isObject ? 1 : 0)
        place += 1
      }
      path =
        isObject
        ? .key(AnyKey(stringValue: string(at: value - 1) ?? ""), of: path) : .element(place, of: path)
      container = value
    }
    return path
  }

  /// A member's key, to be compared.
  func key(at index: Int) -> JSONKey {
    let token = tokens[index]
    return JSONKey(content: text(of: token), isEscaped: token.isEscaped)
  }

  /// Nil where the string holds half a surrogate pair.
  func string(at index: Int) -> String? {
    let token = tokens[index]
    let text = text(of: token)
    // It was found to be UTF-8 when it was read.
    return token.kind == .string
      ? String(decoding: text, as: UTF8.self) : JSONString.exactText(of: text)
  }
}
