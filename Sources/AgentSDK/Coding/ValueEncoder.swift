import StrictJSON

/// What a value writes itself to.
struct ValueEncoder: Encoder, SingleValueEncodingContainer {
  let value: EncodedValue
  let path: CodingPath

  /// Writes `value`, and what is in it.
  static func encoded(_ value: some Encodable, at path: CodingPath) throws -> EncodedValue {
    let encoder = ValueEncoder(value: EncodedValue(), path: path)
    try encoder.encode(value)
    if encoder.value.isImpossible { throw encoder.invalid(value, "is written as two things at once") }
    return encoder.value
  }

  var codingPath: [any CodingKey] { path.keys }
  var userInfo: [CodingUserInfoKey: Any] { [:] }

  func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
    KeyedEncodingContainer(ObjectEncoder<Key>(value, path))
  }

  func unkeyedContainer() -> any UnkeyedEncodingContainer { ArrayEncoder(value, path) }

  func singleValueContainer() -> any SingleValueEncodingContainer { self }

  // MARK: A single value

  func encodeNil() throws { try write(String?.none) { $0.append("null") } }
  func encode(_ value: Bool) throws { try write(value) { $0.append(json: value) } }
  func encode(_ value: String) throws { try write(value) { $0.append(json: value) } }
  func encode(_ value: Double) throws {
    try Self.finite(value, at: path)
    try write(value) { $0.append(json: value) }
  }
  func encode(_ value: Float) throws {
    try Self.finite(value, at: path)
    try write(value) { $0.append(unescaped: value.description) }
  }
  func encode<Value: FixedWidthInteger & Encodable>(_ value: Value) throws {
    try write(value) { $0.append(unescaped: String(value)) }
  }

  func encode<Value: Encodable>(_ value: Value) throws {
    // SAFETY of the casts: each is from a type to itself. They spare these types a step.
    if Value.self == String.self { return try encode(unsafeBitCast(value, to: String.self)) }
    if Value.self == Int.self { return try encode(unsafeBitCast(value, to: Int.self)) }
    if Value.self == Double.self { return try encode(unsafeBitCast(value, to: Double.self)) }
    if let foreign = ForeignType.of(Value.self) { return try foreign.encode(value, to: self) }
    try value.encode(to: self)
  }

  /// A number by its digits.
  func encode(digits: String) throws { try write(digits) { $0.append(unescaped: digits) } }

  private func write(_ value: some Any, _ scalar: (inout [UInt8]) -> Void) throws {
    guard self.value.write(scalar) else {
      throw invalid(value, "comes after another value, where one is wanted")
    }
  }

  // MARK: What can't be written

  /// `path`: made only where it is asked for.
  static func finite<Value: FloatingPoint>(_ value: Value, at path: @autoclosure () -> CodingPath) throws {
    guard value.isFinite else { throw invalid(value, "\(value) is no number that JSON has", at: path()) }
  }

  func invalid(_ value: Any, _ problem: String) -> EncodingError { Self.invalid(value, problem, at: path) }

  private static func invalid(_ value: Any, _ problem: String, at path: CodingPath) -> EncodingError {
    .invalidValue(value, .init(codingPath: path.keys, debugDescription: problem))
  }
}

extension [UInt8] {
  mutating func append(json value: Bool) { append(value ? "true" : "false") }
}
