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

  /// Throws `DecodingError.dataCorrupted` for what is not one JSON value.
  init(_ text: UnsafeRawBufferPointer) throws {
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

  /// A member's key, to be compared.
  func key(at index: Int) -> JSONKey {
    let token = tokens[index]
    return JSONKey(content: text(of: token), isEscaped: token.kind == .escapedString)
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
