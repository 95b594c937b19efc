// The one file of the SDK that needs Foundation, in its smallest form where there is one.
#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// Payloads to and from `Codable` types.
enum PayloadCoding {
  static func decode<Value: Decodable>(_ type: Value.Type, from payload: [UInt8]) throws -> Value {
    try JSONDecoder().decode(type, from: Data(payload))
  }

  static func encode(_ value: some Encodable) throws -> [UInt8] {
    let json = [UInt8](try JSONEncoder().encode(value))
    guard json.first == UInt8(ascii: "{") else { throw PayloadError.notAnObject(type: "\(type(of: value))") }
    return json
  }
}
