import StrictJSON

/// Types of Foundation whose JSON is another than what they write of themselves: bytes as Base64, a URL as its text, a
/// decimal number as its digits. By their names, since the SDK does without Foundation, which takes longer to load than
/// all the rest.
enum ForeignType: Sendable {
  case data, url, decimal

  private static let names: [String: ForeignType] = [
    "Data": .data, "URL": .url, "Decimal": .decimal,
  ]
  private static let modules = ["FoundationEssentials.", "Foundation."]

  static func of(_ type: Any.Type) -> ForeignType? {
    if let verdict = known.verdict(of: type) { return verdict.foreignType }
    let name = String(reflecting: type)
    let module = modules.first { name.hasPrefix($0) }
    let found = module.flatMap { names[String(name.dropFirst($0.count))] }
    known.note(TypeVerdict(found), of: type)
    return found
  }

  private static let known = KnownTypes()

  // MARK: Reading

  func decode<Value: Decodable>(_ type: Value.Type, from element: JSONElement) throws -> Value {
    switch self {
    case .data:
      guard let bytes = Base64.bytes(of: try element.string()) else {
        throw element.corrupted("is no Base64")
      }
      guard let collection = type as? any RangeReplaceableCollection<UInt8>.Type,
        let value = Self.make(collection, bytes) as? Value
      else { throw element.mismatch(type) }
      return value
    case .url:
      return try Self.value(type, of: URLParts(relative: try element.string()), for: element)
    case .decimal:
      guard element.token.kind == .number else { throw element.mismatch(type) }
      guard let parts = DecimalParts(element.document.text(of: element.token)) else {
        throw element.unfit(type)
      }
      return try Self.value(type, of: parts, for: element)
    }
  }

  private static func make<Bytes: RangeReplaceableCollection<UInt8>>(
    _ type: Bytes.Type, _ bytes: [UInt8]
  ) -> Bytes { Bytes(bytes) }

  /// What a type reads of its own parts.
  private static func value<Value: Decodable>(
    _ type: Value.Type, of parts: some Encodable, for element: JSONElement
  ) throws -> Value {
    let document = try PayloadCoding.encode(parts).withUnsafeBytes { try JSONDocument($0, madeOf: element) }
    let whole = JSONElement(document: document, index: 0)
    return try Value(from: ValueDecoder(element: whole))
  }

  // MARK: Writing

  func encode<Value: Encodable>(_ value: Value, to encoder: ValueEncoder) throws {
    switch self {
    case .data:
      guard let bytes = value as? any Sequence<UInt8> else {
        throw encoder.invalid(value, "is not the bytes that its name promises")
      }
      try encoder.encode(Base64.text(of: Array(bytes)))
    case .url:
      let parts = EncodedValue()
      try value.encode(to: ValueEncoder(value: parts, path: encoder.path))
      var json: [UInt8] = []
      parts.write(into: &json)
      let url = try PayloadCoding.decode(URLParts.self, from: json)
      guard url.base == nil else { throw encoder.invalid(value, "is relative: write its absoluteURL") }
      try encoder.encode(url.relative)
    case .decimal:
      let digits = String(describing: value)
      guard digits.utf8.allSatisfy({ !($0 | 0x20 == UInt8(ascii: "n")) }) else {
        throw encoder.invalid(value, "\(digits) is no number that JSON has")
      }
      try encoder.encode(digits: digits)
    }
  }
}

/// What a URL writes of itself.
private struct URLParts: Codable {
  let relative: String
  var base: String?
}

/// What a decimal number reads itself from.
private struct DecimalParts: Encodable {
  let exponent: Int
  let length: Int
  let isNegative: Bool
  let isCompact = true
  let mantissa: [UInt16]

  private enum CodingKeys: String, CodingKey { case exponent, length, isNegative, isCompact, mantissa }

  private static let words = 8
  private static let exponents = -128...127

  /// A number that was scanned before; nil where it has more digits than fit.
  init?(_ text: UnsafeRawBufferPointer) {
    guard let number = DecimalNumber(text), Self.exponents.contains(number.exponent) else { return nil }
    exponent = number.exponent
    isNegative = number.significand.isNegative
    let magnitude = number.significand.magnitude
    mantissa = (0..<Self.words).map { UInt16(truncatingIfNeeded: magnitude >> UInt128(16 * $0)) }
    length = (UInt128.bitWidth - magnitude.leadingZeroBitCount + 15) / 16
  }
}
