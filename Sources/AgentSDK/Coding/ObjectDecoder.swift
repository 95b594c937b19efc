import StrictJSON

/// The members of an object. Of a key that it has twice, the last one counts.
struct ObjectDecoder<Key: CodingKey>: KeyedDecodingContainerProtocol {
  private let object: JSONElement
  /// Where the members' values stand, by their keys; only where there are many.
  private let positions: [JSONKey: Int]

  init(_ object: JSONElement) throws {
    guard object.token.kind == .object else { throw object.mismatch([String: Any].self) }
    self.object = object
    var positions: [JSONKey: Int] = [:]
    let isIndexed = object.token.count > pairwiseKeyLimit
    for key in object.keys {
      if object.document.tokens[key].isEscaped, object.document.string(at: key) == nil {
        throw object.corrupted("has a key with half a surrogate pair, which is no text")
      }
      if isIndexed { positions[object.document.key(at: key)] = key + 1 }
    }
    self.positions = positions
  }

  var codingPath: [any CodingKey] { object.path.keys }

  /// Each once, in the order in which they stand first.
  var allKeys: [Key] {
    var seen: Set<JSONKey> = []
    return object.keys.filter { seen.insert(object.document.key(at: $0)).inserted }
      .compactMap { object.document.string(at: $0).flatMap(Key.init) }
  }

  func contains(_ key: Key) -> Bool { position(of: key.stringValue) != nil }

  /// Where the member's value stands.
  private func position(of name: String) -> Int? {
    if !positions.isEmpty { return JSONKey.with(name) { positions[$0] } }
    return object.document.member(name, from: object.index + 1, to: Int(object.token.next))
  }

  private func member(_ key: Key) -> JSONElement? {
    position(of: key.stringValue).map { JSONElement(document: object.document, index: $0) }
  }

  private func required(_ key: Key) throws -> JSONElement {
    guard let member = member(key) else {
      throw DecodingError.keyNotFound(
        key, .init(codingPath: codingPath, debugDescription: "There is no key \"\(key.stringValue)\"."))
    }
    return member
  }

  /// Nil also for null.
  private func present(_ key: Key) -> JSONElement? {
    member(key).flatMap { $0.isNull ? nil : $0 }
  }

  func decodeNil(forKey key: Key) throws -> Bool { try required(key).isNull }
  func decode(_ type: Bool.Type, forKey key: Key) throws -> Bool { try required(key).bool() }
  func decode(_ type: String.Type, forKey key: Key) throws -> String { try required(key).string() }
  func decode(_ type: Double.Type, forKey key: Key) throws -> Double { try required(key).double() }
  func decode(_ type: Float.Type, forKey key: Key) throws -> Float { try required(key).float() }
  func decode<Value: FixedWidthInteger & Decodable>(
    _ type: Value.Type, forKey key: Key
  ) throws -> Value {
    try required(key).integer(type)
  }
  func decode<Value: Decodable>(_ type: Value.Type, forKey key: Key) throws -> Value {
    try required(key).value(type)
  }

  func decodeIfPresent(_ type: Bool.Type, forKey key: Key) throws -> Bool? { try present(key)?.bool() }
  func decodeIfPresent(_ type: String.Type, forKey key: Key) throws -> String? {
    try present(key)?.string()
  }
  func decodeIfPresent(_ type: Double.Type, forKey key: Key) throws -> Double? {
    try present(key)?.double()
  }
  func decodeIfPresent(_ type: Float.Type, forKey key: Key) throws -> Float? { try present(key)?.float() }
  // One by one: of a generic one the protocol would know nothing, and look three times.
  func decodeIfPresent(_ type: Int.Type, forKey key: Key) throws -> Int? { try present(key)?.integer(type) }
  func decodeIfPresent(_ type: Int8.Type, forKey key: Key) throws -> Int8? { try present(key)?.integer(type) }
  func decodeIfPresent(_ type: Int16.Type, forKey key: Key) throws -> Int16? {
    try present(key)?.integer(type)
  }
  func decodeIfPresent(_ type: Int32.Type, forKey key: Key) throws -> Int32? {
    try present(key)?.integer(type)
  }
  func decodeIfPresent(_ type: Int64.Type, forKey key: Key) throws -> Int64? {
    try present(key)?.integer(type)
  }
  func decodeIfPresent(_ type: UInt.Type, forKey key: Key) throws -> UInt? { try present(key)?.integer(type) }
  func decodeIfPresent(_ type: UInt8.Type, forKey key: Key) throws -> UInt8? {
    try present(key)?.integer(type)
  }
  func decodeIfPresent(_ type: UInt16.Type, forKey key: Key) throws -> UInt16? {
    try present(key)?.integer(type)
  }
  func decodeIfPresent(_ type: UInt32.Type, forKey key: Key) throws -> UInt32? {
    try present(key)?.integer(type)
  }
  func decodeIfPresent(_ type: UInt64.Type, forKey key: Key) throws -> UInt64? {
    try present(key)?.integer(type)
  }
  func decodeIfPresent(_ type: Int128.Type, forKey key: Key) throws -> Int128? {
    try present(key)?.integer(type)
  }
  func decodeIfPresent(_ type: UInt128.Type, forKey key: Key) throws -> UInt128? {
    try present(key)?.integer(type)
  }
  func decodeIfPresent<Value: Decodable>(_ type: Value.Type, forKey key: Key) throws -> Value? {
    try present(key)?.value(type)
  }

  func nestedContainer<NestedKey: CodingKey>(
    keyedBy type: NestedKey.Type, forKey key: Key
  ) throws -> KeyedDecodingContainer<NestedKey> {
    KeyedDecodingContainer(try ObjectDecoder<NestedKey>(try required(key)))
  }

  func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer {
    try ArrayDecoder(try required(key))
  }

  func superDecoder() throws -> any Decoder {
    guard let position = position(of: AnyKey.superclass.stringValue) else {
      throw DecodingError.keyNotFound(
        AnyKey.superclass, .init(codingPath: codingPath, debugDescription: "There is no key \"super\"."))
    }
    return ValueDecoder(
      element: JSONElement(document: object.document, index: position))
  }

  func superDecoder(forKey key: Key) throws -> any Decoder { ValueDecoder(element: try required(key)) }
}

extension JSONElement {
  /// Where the keys of an object's members stand.
  fileprivate var keys: KeyPositions {
    KeyPositions(document: document, key: index + 1, end: Int(token.next))
  }
}

/// From key to key, past what stands between them.
private struct KeyPositions: Sequence, IteratorProtocol {
  let document: JSONDocument
  var key: Int
  let end: Int

  mutating func next() -> Int? {
    guard key < end else { return nil }
    defer { key = Int(document.tokens[key + 1].next) }
    return key
  }
}
