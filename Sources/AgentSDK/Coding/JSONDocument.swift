import StrictJSON
import Synchronization

/// One JSON text and where its values stand.
///
/// Values of types are made of it as they are asked for; what nobody asks for is never made. Thread-safe: nothing of it
/// changes.
final class JSONDocument: @unchecked Sendable {
  // SAFETY: allocated by this object alone, never written again, and freed with it; what points into it is held by values
  // that hold this object.
  let bytes: UnsafeRawBufferPointer
  let tokens: ContiguousArray<JSONTape.Token>
  /// What the whole was made of, where it was made of a value of another document.
  private let origin: JSONElement?
  /// Where the last value was whose place was asked for, by its container.
  private let lastPlaces = Mutex<[Int: Place]>([:])

  /// A value in an array, or a member's in an object.
  private struct Place {
    let value: Int
    /// Which one it is.
    let number: Int
  }

  /// Throws `DecodingError.dataCorrupted` for what is not one JSON value.
  init(_ text: UnsafeRawBufferPointer, madeOf origin: JSONElement? = nil) throws {
    self.origin = origin
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
    var (path, container) = (origin?.path ?? .root, 0)
    while container < index {
      let place = place(of: index, in: container)
      path =
        tokens[container].kind == .object
        ? .key(AnyKey(stringValue: string(at: place.value - 1) ?? ""), of: path)
        : .element(place.number, of: path)
      container = place.value
    }
    return path
  }

  /// The value of a container that a value is, or is in. One after the other they are found in one pass: a type may be
  /// tried for each of many elements, and be wrong each time.
  private func place(of index: Int, in container: Int) -> Place {
    let keys = tokens[container].kind == .object ? 1 : 0
    var (value, number) = (container + 1 + keys, 0)
    if let last = lastPlaces.withLock({ $0[container] }), last.value <= index {
      (value, number) = (last.value, last.number)
    }
    while tokens[value].next <= index { (value, number) = (Int(tokens[value].next) + keys, number + 1) }
    let place = Place(value: value, number: number)
    if number >= Self.longWay { lastPlaces.withLock { $0[container] = place } }
    return place
  }

  /// So many values are passed again and again; where one stands behind more is remembered.
  private static let longWay = 32

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
