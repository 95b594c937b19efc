package import SeededGenerator

/// Writes random JSON documents, with everything the grammar allows, and damages them.
package struct RandomJSON {
  package var generator: SeededGenerator

  package init(seed: UInt64) {
    generator = SeededGenerator(seed: seed)
  }

  private static let stringParts = [
    "a", "b", "text", "\\n", "\\\"", "\\\\", "\\/", "\\u0041", "\\u00e9", "\\ud83d\\ude00", "\\ud800",
    "\\uDFFF",
    "é", "ß", "漢", "😀", "\u{7F}", "\u{85}", "{", "}", "[", ",", ":", "12345678", "averylongplainstring",
  ]
  private static let numbers = [
    "0", "-0", "1", "-17", "3.0", "1e5", "1E-3", "2.5e+10", "123456789012345678901234567890", "1e400", "0.1",
  ]
  private static let spaces = ["", "", "", " ", "\n", "\t ", "\r\n"]
  private static let tokens = [
    "\"", "{", "}", "[", "]", ",", ":", "NaN", "Infinity", "-Infinity", "null", "true", "tru", "1.", ".5",
    "01", "-",
    "1e", "\\", "\\u12", "\\x", "\\ud800", "\u{1}", "\u{0}", "é", "\"a\":1,", "[[[[", "}}}",
  ]

  package mutating func string() -> String {
    let count = Int.random(in: 0...4, using: &generator)
    return "\"" + (0..<count).map { _ in Self.stringParts.randomElement(using: &generator)! }.joined() + "\""
  }

  package mutating func space() -> String { Self.spaces.randomElement(using: &generator)! }

  package mutating func value(depth: Int) -> String {
    let kinds = depth > 0 ? 8 : 5
    switch Int.random(in: 0..<kinds, using: &generator) {
    case 0: return "null"
    case 1: return Bool.random(using: &generator) ? "true" : "false"
    case 2: return Self.numbers.randomElement(using: &generator)!
    case 3, 4: return string()
    case 5:
      let count = Int.random(in: 0...4, using: &generator)
      return "[" + space() + (0..<count).map { _ in padded(value(depth: depth - 1)) }.joined(separator: ",")
        + "]"
    default: return object(depth: depth)
    }
  }

  package mutating func object(depth: Int) -> String {
    // Now and then more members than are compared pair by pair.
    let count = generator.chance(20) ? 30 : Int.random(in: 0...5, using: &generator)
    let members = (0..<count).map { _ in padded(string()) + ":" + padded(value(depth: depth - 1)) }
    return "{" + space() + members.joined(separator: ",") + "}"
  }

  private mutating func padded(_ text: String) -> String { space() + text + space() }

  /// One to three changes of bytes.
  package mutating func damaged(_ bytes: [UInt8]) -> [UInt8] {
    var bytes = bytes
    for _ in 0..<Int.random(in: 1...3, using: &generator) {
      let position = Int.random(in: 0...bytes.count, using: &generator)
      switch Int.random(in: 0..<6, using: &generator) {
      case 0: bytes = Array(bytes.prefix(position))
      case 1 where position < bytes.count: bytes[position] = UInt8.random(in: 0...255, using: &generator)
      case 2 where position < bytes.count: bytes.remove(at: position)
      case 3:
        let end = min(bytes.count, position + 12)
        bytes.insert(contentsOf: bytes[position..<end], at: position)
      case 4 where position < bytes.count: bytes[position] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
      default: bytes.insert(contentsOf: Self.tokens.randomElement(using: &generator)!.utf8, at: position)
      }
    }
    return bytes
  }
}
