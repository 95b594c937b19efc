/// The types that JSON knows, by the names that messages use for them.
package enum JSONType: String {
  case string = "a string"
  case number = "a number"
  case object = "an object"
  case array = "an array"
  case boolean = "a boolean"
  case null = "null"

  /// The type of a value that was scanned before.
  package init(of value: UnsafeRawBufferPointer) {
    switch value.first {
    case ASCII.quote: self = .string
    case ASCII.openBrace: self = .object
    case ASCII.openBracket: self = .array
    case UInt8(ascii: "t"), UInt8(ascii: "f"): self = .boolean
    case UInt8(ascii: "n"): self = .null
    default: self = .number
    }
  }
}
