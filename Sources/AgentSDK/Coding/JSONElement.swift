import StrictJSON

/// A value of a document: where it stands.
struct JSONElement {
  let document: JSONDocument
  let index: Int

  var path: CodingPath { document.path(to: index) }
  var token: JSONTape.Token { document.tokens[index] }
  var isNull: Bool { token.kind == .null }

  func bool() throws -> Bool {
    switch token.kind {
    case .true: return true
    case .false: return false
    default: throw mismatch(Bool.self)
    }
  }

  func string() throws -> String {
    guard token.kind == .string || token.kind == .escapedString else { throw mismatch(String.self) }
    guard let text = document.string(at: index) else {
      throw corrupted("holds half a surrogate pair, which is no text")
    }
    return text
  }

  func double() throws -> Double {
    guard token.kind == .number else { throw mismatch(Double.self) }
    guard let value = JSONNumber.double(document.text(of: token)) else { throw unfit(Double.self) }
    return value
  }

  /// Rounded once, from the digits themselves.
  func float() throws -> Float {
    guard token.kind == .number else { throw mismatch(Float.self) }
    guard let value = Float(String(decoding: document.text(of: token), as: UTF8.self)), value.isFinite else {
      throw unfit(Float.self)
    }
    return value
  }

  /// A number that is whole, as `3`, `3.0` and `3e2` are, and fits.
  @_specialize(where Integer == Int)
  @_specialize(where Integer == Int64)
  @_specialize(where Integer == UInt64)
  @_specialize(where Integer == Int32)
  func integer<Integer: FixedWidthInteger>(_ type: Integer.Type) throws -> Integer {
    guard token.kind == .number else { throw mismatch(type) }
    guard let number = WholeNumber(document.text(of: token)), let value = Integer(number) else {
      throw unfit(type)
    }
    return value
  }

  /// Of a type that needs more than one step.
  func value<Value: Decodable>(_ type: Value.Type) throws -> Value {
    // SAFETY of the casts: each is from a type to itself. They spare these types a decoder of their own.
    if type == String.self { return unsafeBitCast(try string(), to: type) }
    if type == Int.self { return unsafeBitCast(try integer(Int.self), to: type) }
    if type == Double.self { return unsafeBitCast(try double(), to: type) }
    if type == Bool.self { return unsafeBitCast(try bool(), to: type) }
    if let foreign = ForeignType.of(type) { return try foreign.decode(type, from: self) }
    return try type.init(from: ValueDecoder(element: self))
  }

  // MARK: What is wrong

  func mismatch(_ type: any Any.Type) -> DecodingError {
    let context = DecodingError.Context(
      codingPath: path.keys, debugDescription: "Expected \(type), and found \(token.kind.name).")
    return isNull ? .valueNotFound(type, context) : .typeMismatch(type, context)
  }

  func corrupted(_ problem: String) -> DecodingError {
    .dataCorrupted(.init(codingPath: path.keys, debugDescription: problem))
  }

  func unfit(_ type: any Any.Type) -> DecodingError {
    corrupted("is a number that its type does not hold")
  }
}

extension JSONTape.Token.Kind {
  /// For people.
  fileprivate var name: String {
    switch self {
    case .object: "an object"
    case .array: "an array"
    case .string, .escapedString: "a string"
    case .number: "a number"
    case .true, .false: "a boolean"
    case .null: "null"
    }
  }
}

extension FixedWidthInteger {
  /// Nil where it does not fit.
  fileprivate init?(_ number: WholeNumber) {
    guard number.isNegative else {
      self.init(exactly: number.magnitude)
      return
    }
    let value = Self(truncatingIfNeeded: 0 &- number.magnitude)
    guard value < 0, UInt128(truncatingIfNeeded: value.magnitude) == number.magnitude else { return nil }
    self = value
  }
}
