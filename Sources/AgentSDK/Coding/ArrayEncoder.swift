import StrictJSON

/// The elements of an array, one after the other.
struct ArrayEncoder: UnkeyedEncodingContainer {
  private let array: EncodedValue
  private let path: CodingPath

  init(_ array: EncodedValue, _ path: CodingPath) {
    array.become(.array)
    self.array = array
    self.path = path
  }

  var codingPath: [any CodingKey] { path.keys }
  var count: Int { array.count }

  func encodeNil() { array.add(nil) { $0.append("null") } }
  func encode(_ value: Bool) { array.add(nil) { $0.append(json: value) } }
  func encode(_ value: String) { array.add(nil) { $0.append(json: value) } }
  func encode(_ value: Double) throws {
    try ValueEncoder.finite(value, at: .element(count, of: path))
    array.add(nil) { $0.append(json: value) }
  }
  func encode(_ value: Float) throws {
    try ValueEncoder.finite(value, at: .element(count, of: path))
    array.add(nil) { $0.append(unescaped: value.description) }
  }
  func encode<Value: FixedWidthInteger & Encodable>(_ value: Value) {
    array.add(nil) { $0.append(unescaped: String(value)) }
  }
  func encode<Value: Encodable>(_ value: Value) throws {
    let encoded = try ValueEncoder.encoded(value, at: .element(count, of: path))
    array.add(nil) { encoded.write(into: &$0) }
  }

  private func nested() -> ValueEncoder {
    let element = ValueEncoder(value: EncodedValue(), path: .element(count, of: path))
    array.add(nil, nested: element.value)
    return element
  }

  func nestedContainer<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
    nested().container(keyedBy: type)
  }
  func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer { nested().unkeyedContainer() }
  func superEncoder() -> any Encoder { nested() }
}
