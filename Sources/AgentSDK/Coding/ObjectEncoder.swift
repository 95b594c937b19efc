import StrictJSON

/// The members of an object. Of a key that is written twice, what was written last counts.
struct ObjectEncoder<Key: CodingKey>: KeyedEncodingContainerProtocol {
  private let object: EncodedValue
  private let path: CodingPath

  init(_ object: EncodedValue, _ path: CodingPath) {
    object.become(.object)
    self.object = object
    self.path = path
  }

  var codingPath: [any CodingKey] { path.keys }

  func encodeNil(forKey key: Key) { object.add(key.stringValue) { $0.append("null") } }
  func encode(_ value: Bool, forKey key: Key) { object.add(key.stringValue) { $0.append(json: value) } }
  func encode(_ value: String, forKey key: Key) { object.add(key.stringValue) { $0.append(json: value) } }
  func encode(_ value: Double, forKey key: Key) throws {
    try ValueEncoder.finite(value, at: .key(key, of: path))
    object.add(key.stringValue) { $0.append(json: value) }
  }
  func encode(_ value: Float, forKey key: Key) throws {
    try ValueEncoder.finite(value, at: .key(key, of: path))
    object.add(key.stringValue) { $0.append(unescaped: value.description) }
  }
  func encode<Value: FixedWidthInteger & Encodable>(_ value: Value, forKey key: Key) {
    object.add(key.stringValue) { $0.append(unescaped: String(value)) }
  }
  func encode<Value: Encodable>(_ value: Value, forKey key: Key) throws {
    let encoded = try ValueEncoder.encoded(value, at: .key(key, of: path))
    object.add(key.stringValue) { encoded.write(into: &$0) }
  }

  /// One that is asked for again is the same again: a superclass and its subclass may both write to it.
  private func container(_ key: Key) -> ValueEncoder {
    object.container(under: key.stringValue).map { ValueEncoder(value: $0, path: .key(key, of: path)) }
      ?? nested(key)
  }

  private func nested(_ key: any CodingKey) -> ValueEncoder {
    let member = ValueEncoder(value: EncodedValue(), path: .key(key, of: path))
    object.add(key.stringValue, nested: member.value)
    return member
  }

  func nestedContainer<NestedKey: CodingKey>(
    keyedBy type: NestedKey.Type, forKey key: Key
  ) -> KeyedEncodingContainer<NestedKey> {
    container(key).container(keyedBy: type)
  }
  func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer {
    container(key).unkeyedContainer()
  }
  func superEncoder() -> any Encoder { nested(AnyKey.superclass) }
  func superEncoder(forKey key: Key) -> any Encoder { nested(key) }
}
