/// A value of a YAML file, and the same as JSON.
struct YAMLValue {
  enum Content {
    case null
    case boolean(Bool)
    /// Of any length: its digits, as JSON has them.
    case integer(String)
    case decimal(Double)
    case text(String)
    case list([YAMLValue])
    case mapping([Member])
  }

  struct Member {
    var key: String
    var line: Int
    var value: YAMLValue
  }

  var content: Content
  var line: Int
  var json: [UInt8]
  /// Lists and mappings within each other, itself included.
  var depth = 0

  /// For people.
  var words: String {
    switch content {
    case .null: "nothing"
    case .boolean(let value): "\"\(value)\""
    case .integer(let digits): "\"\(digits.prefix(64))\""
    case .decimal(let number): "\"\(number)\""
    case .text(let text): "\"\(text.prefix(64))\""
    case .list: "a list"
    case .mapping: "a mapping"
    }
  }
}

extension YAMLValue {
  /// Text that stands in quotes, or in a block of its own.
  init(text: String, line: Int) {
    self.init(content: .text(text), line: line, json: Self.json(of: text))
  }

  /// Text that stands alone, by the core schema of YAML 1.2: `no` and `on` are text there.
  init(plain: String, line: Int) throws(YAMLProblem) {
    switch plain {
    case "", "~", "null", "Null", "NULL":
      self.init(content: .null, line: line, json: Array("null".utf8))
    case "true", "True", "TRUE": self.init(content: .boolean(true), line: line, json: Array("true".utf8))
    case "false", "False", "FALSE":
      self.init(content: .boolean(false), line: line, json: Array("false".utf8))
    default:
      if let integer = try Self.integer(plain, line: line) {
        self.init(content: .integer(integer), line: line, json: Array(integer.utf8))
      } else if let number = try Self.decimal(plain, line: line) {
        self.init(content: .decimal(number), line: line, json: Array("\(number)".utf8))
      } else {
        self.init(text: plain, line: line)
      }
    }
  }

  /// The digits in decimal; nil for what is no integer.
  private static func integer(_ text: String, line: Int) throws(YAMLProblem) -> String? {
    for (prefix, radix) in [("0o", 8), ("0x", 16)] where text.hasPrefix(prefix) {
      let digits = text.dropFirst(prefix.count)
      guard !digits.isEmpty,
        digits.utf8.allSatisfy({ Character(UnicodeScalar($0)).hexDigitValue ?? 16 < radix })
      else { return nil }
      guard let number = UInt64(digits, radix: radix) else {
        throw YAMLProblem(
          line: line, expected: "an integer of 64 bits, where it is not decimal",
          found: "\"\(text.prefix(64))\"")
      }
      return String(number)
    }
    let digits = text.utf8.dropFirst(text.hasPrefix("-") || text.hasPrefix("+") ? 1 : 0)
    guard !digits.isEmpty, digits.allSatisfy(isDigit) else { return nil }
    let significant = digits.drop { $0 == UInt8(ascii: "0") }
    guard !significant.isEmpty else { return "0" }
    return (text.hasPrefix("-") ? "-" : "") + String(Substring(significant))
  }

  /// Nil for what is no number.
  private static func decimal(_ text: String, line: Int) throws(YAMLProblem) -> Double? {
    var rest = text.utf8.dropFirst(text.hasPrefix("-") || text.hasPrefix("+") ? 1 : 0)
    let unsigned = String(Substring(rest))
    let isNamed = [".inf", ".Inf", ".INF"].contains(unsigned) || [".nan", ".NaN", ".NAN"].contains(text)
    func digits() -> Int {
      let count = rest.prefix(while: isDigit).count
      rest = rest.dropFirst(count)
      return count
    }
    var isNumber = digits() > 0
    if rest.first == UInt8(ascii: ".") {
      rest = rest.dropFirst()
      isNumber = digits() > 0 || isNumber
    }
    if isNumber, let letter = rest.first, letter | 0x20 == UInt8(ascii: "e") {
      rest = rest.dropFirst()
      if let sign = rest.first, sign == UInt8(ascii: "-") || sign == UInt8(ascii: "+") {
        rest = rest.dropFirst()
      }
      isNumber = digits() > 0
    }
    guard isNamed || (isNumber && rest.isEmpty) else { return nil }
    guard !isNamed, let number = Double(text), number.isFinite else {
      throw YAMLProblem(line: line, expected: "a finite number", found: "\"\(text.prefix(64))\"")
    }
    return number
  }

  private static func isDigit(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
  }

  static func json(of text: String) -> [UInt8] {
    var json = [UInt8(ascii: "\"")]
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"): json += [UInt8(ascii: "\\"), byte]
      case 0..<0x20:
        json += Array("\\u00".utf8) + Array((byte < 16 ? "0" : "").utf8) + Array(String(byte, radix: 16).utf8)
      default: json.append(byte)
      }
    }
    json.append(UInt8(ascii: "\""))
    return json
  }
}
