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
      if object.document.tokens[key].kind == .escapedString, object.document.string(at: key) == nil {
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
    JSONKey.with(name) { wanted in
      if !positions.isEmpty { return positions[wanted] }
      var found: Int?
      for key in object.keys where object.document.key(at: key) == wanted { found = key + 1 }
      return found
    }
  }

  private func member(_ key: Key) -> JSONElement? {
    position(of: key.stringValue).map {
      JSONElement(document: object.document, index: $0, path: .key(key, of: object.path))
    }
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
  func decodeIfPresent<Value: FixedWidthInteger & Decodable>(
    _ type: Value.Type, forKey key: Key
  ) throws -> Value? {
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
      element: JSONElement(
        document: object.document, index: position, path: .key(AnyKey.superclass, of: object.path)))
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
