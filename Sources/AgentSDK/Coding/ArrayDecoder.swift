import StrictJSON

/// The elements of an array, one after the other.
struct ArrayDecoder: UnkeyedDecodingContainer {
  private let array: JSONElement
  private var position: Int
  private(set) var currentIndex = 0

  init(_ array: JSONElement) throws {
    guard array.token.kind == .array else { throw array.mismatch([Any].self) }
    self.array = array
    position = array.index + 1
  }

  var codingPath: [any CodingKey] { array.path.keys }
  var count: Int? { Int(array.token.count) }
  var isAtEnd: Bool { currentIndex == Int(array.token.count) }

  /// What comes next; it is passed over only when `read` has not thrown.
  private mutating func next<Value>(
    _ type: any Any.Type, _ read: (JSONElement) throws -> Value
  ) throws -> Value {
    guard !isAtEnd else {
      let path = CodingPath.element(currentIndex, of: array.path)
      throw DecodingError.valueNotFound(
        type, .init(codingPath: path.keys, debugDescription: "The array has no more elements."))
    }
    let value = try read(JSONElement(document: array.document, index: position))
    position = Int(array.document.tokens[position].next)
    currentIndex += 1
    return value
  }

  /// Passes over a null, and over nothing else.
  mutating func decodeNil() throws -> Bool {
    guard !isAtEnd else { return try next(Never.self) { _ in true } }
    guard array.document.tokens[position].kind == .null else { return false }
    return try next(Never.self) { _ in true }
  }

  mutating func decode(_ type: Bool.Type) throws -> Bool { try next(type) { try $0.bool() } }
  mutating func decode(_ type: String.Type) throws -> String { try next(type) { try $0.string() } }
  mutating func decode(_ type: Double.Type) throws -> Double { try next(type) { try $0.double() } }
  mutating func decode(_ type: Float.Type) throws -> Float { try next(type) { try $0.float() } }
  mutating func decode<Value: FixedWidthInteger & Decodable>(_ type: Value.Type) throws -> Value {
    try next(type) { try $0.integer(type) }
  }
  mutating func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
    try next(type) { try $0.value(type) }
  }

  mutating func nestedContainer<Key: CodingKey>(
    keyedBy type: Key.Type
  ) throws -> KeyedDecodingContainer<Key> {
    try next(type) { KeyedDecodingContainer(try ObjectDecoder<Key>($0)) }
  }

  mutating func nestedUnkeyedContainer() throws -> any UnkeyedDecodingContainer {
    try next([Any].self) { try ArrayDecoder($0) }
  }

  mutating func superDecoder() throws -> any Decoder {
    try next((any Decoder).self) { ValueDecoder(element: $0) }
  }
}
