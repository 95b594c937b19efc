import StrictJSON

/// Payloads to and from `Codable` types.
enum PayloadCoding {
  static func decode<Value: Decodable>(_ type: Value.Type, from text: String) throws -> Value {
    var text = text
    return try text.withUTF8 { try decode(type, from: UnsafeRawBufferPointer($0)) }
  }

  static func decode<Value: Decodable>(_ type: Value.Type, from text: [UInt8]) throws -> Value {
    try text.withUnsafeBytes { try decode(type, from: $0) }
  }

  static func decode<Value: Decodable>(_ type: Value.Type, from text: UnsafeRawBufferPointer) throws -> Value
  {
    try JSONElement(document: try JSONDocument(text), index: 0).value(type)
  }

  static func encode(_ value: some Encodable) throws -> [UInt8] {
    let encoded = try ValueEncoder.encoded(value, at: .root)
    guard encoded.kind == .object || encoded.kind == .nothing else {
      throw PayloadError.notAnObject(type: "\(type(of: value))")
    }
    var json: [UInt8] = []
    encoded.write(into: &json)
    return json
  }
}
