/// Finds one key of a JSON object without reading the rest into values. Meant for payloads, which the
/// host has checked; on anything else it finds something or nothing, and never traps.
struct TopLevelMember {
  private let json: [UInt8]
  private var position = 0

  /// The JSON of the value, as it stands there; the last where a key repeats, nil where it is absent.
  static func json(of key: String, in payload: [UInt8]) -> [UInt8]? {
    var cursor = TopLevelMember(json: payload)
    return cursor.find(key)
  }

  private init(json: [UInt8]) { self.json = json }

  private mutating func find(_ key: String) -> [UInt8]? {
    var found: [UInt8]?
    guard take("{") else { return nil }
    while let name = string(), take(":") {
      skipSpace()
      let value = value()
      if Self.name(name, is: key) { found = Self.withoutTrailingSpace(value) }
      guard take(",") else { break }
    }
    return found
  }

  private static func name(_ name: ArraySlice<UInt8>, is key: String) -> Bool {
    guard name.contains(UInt8(ascii: "\\")) else {
      return name.dropFirst().dropLast().elementsEqual(key.utf8)
    }
    // A name that no reader can decode is not the key that was asked for.
    return (try? PayloadCoding.decode(String.self, from: Array(name))) == key
  }

  private static let space: [UInt8] = [0x20, 0x09, 0x0a, 0x0d]

  private static func withoutTrailingSpace(_ value: ArraySlice<UInt8>) -> [UInt8] {
    Array(value.prefix(value.reversed().drop { space.contains($0) }.count))
  }

  private var byte: UInt8? { position < json.count ? json[position] : nil }

  private mutating func skipSpace() {
    while let byte, Self.space.contains(byte) { position += 1 }
  }

  private mutating func take(_ expected: Unicode.Scalar) -> Bool {
    skipSpace()
    guard byte == UInt8(ascii: expected) else { return false }
    position += 1
    return true
  }

  /// A string with its quotes.
  private mutating func string() -> ArraySlice<UInt8>? {
    skipSpace()
    let start = position
    guard byte == UInt8(ascii: "\"") else { return nil }
    position += 1
    while let byte {
      position += byte == UInt8(ascii: "\\") ? 2 : 1
      if byte == UInt8(ascii: "\"") { return json[start..<position] }
    }
    return nil
  }

  /// What stands before the comma or brace that ends this member.
  private mutating func value() -> ArraySlice<UInt8> {
    let start = position
    var depth = 0
    while let byte {
      switch byte {
      case UInt8(ascii: "\""):
        guard string() != nil else { return json[start...] }
        continue
      case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
      case UInt8(ascii: "}"), UInt8(ascii: "]"), UInt8(ascii: ","):
        if depth == 0 { return json[start..<position] }
        if byte != UInt8(ascii: ",") { depth -= 1 }
      default: break
      }
      position += 1
    }
    return json[start...]
  }
}
