/// What a type reads itself from.
struct ValueDecoder: Decoder, SingleValueDecodingContainer {
  let element: JSONElement

  var codingPath: [any CodingKey] { element.path.keys }
  var userInfo: [CodingUserInfoKey: Any] { [:] }

  func container<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
    KeyedDecodingContainer(try ObjectDecoder(element))
  }

  func unkeyedContainer() throws -> any UnkeyedDecodingContainer { try ArrayDecoder(element) }

  func singleValueContainer() -> any SingleValueDecodingContainer { self }

  func decodeNil() -> Bool { element.isNull }
  func decode(_ type: Bool.Type) throws -> Bool { try element.bool() }
  func decode(_ type: String.Type) throws -> String { try element.string() }
  func decode(_ type: Double.Type) throws -> Double { try element.double() }
  func decode(_ type: Float.Type) throws -> Float { try element.float() }
  func decode<Value: FixedWidthInteger & Decodable>(_ type: Value.Type) throws -> Value {
    try element.integer(type)
  }
  func decode<Value: Decodable>(_ type: Value.Type) throws -> Value { try element.value(type) }
}
