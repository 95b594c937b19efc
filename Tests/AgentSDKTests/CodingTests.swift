import Foundation
import RandomJSON
import SeededGenerator
import Testing

@testable import AgentSDK

/// Everything that a type can write and read at once.
private struct Everything: Codable, Equatable {
  enum Mood: String, Codable, CaseIterable { case glad, sad = "très triste" }
  indirect enum Tree: Codable, Equatable {
    case leaf(Int)
    case branch(left: Tree, right: Tree)
  }

  var text: String
  var integer: Int
  var small: Int8
  var unsigned: UInt64
  var wide: Int64
  var ratio: Double
  var float: Float
  var flag: Bool
  var mood: Mood
  var tree: Tree
  var missing: String?
  var list: [Int]
  var lists: [[String]]
  var table: [String: Double]
  var numbered: [Int: String]
  var date: Date
  var data: Data
  var url: URL
  var identifier: UUID
  var amount: Decimal

  static let texts = [
    "", "plain", "\"quoted\" \\ / \u{1}\n\t", "é 漢 😀 \u{2028}", String(repeating: "long ", count: 40),
  ]

  init(_ random: inout SeededGenerator) {
    text = Self.texts.randomElement(using: &random)!
    integer = .random(in: .min ... .max, using: &random)
    small = .random(in: .min ... .max, using: &random)
    unsigned = .random(in: .min ... .max, using: &random)
    wide = [.min, .max, 0, -1, 1 << 53 + 1].randomElement(using: &random)!
    ratio = [0, -0.1, 1e300, .leastNonzeroMagnitude, 1, .pi, .greatestFiniteMagnitude, 123_456_789.000_001]
      .randomElement(using: &random)!
    float = [0, 0.1, -3.4e38, .leastNonzeroMagnitude, 16_777_216].randomElement(using: &random)!
    flag = .random(using: &random)
    mood = Mood.allCases.randomElement(using: &random)!
    tree = .branch(left: .leaf(1), right: .branch(left: .leaf(-1), right: .leaf(Int(small))))
    missing = random.chance(2) ? nil : Self.texts.randomElement(using: &random)!
    list = (0..<Int.random(in: 0...40, using: &random)).map { $0 * 7 - 3 }
    lists = [[], ["a", text], []]
    // More than are compared one by one.
    let count = Int.random(in: 0...40, using: &random)
    table = Dictionary(uniqueKeysWithValues: (0..<count).map { ("key \"\($0)\" é", Double($0) / 3) })
    numbered = [1: "one", -2: text]
    date = Date(timeIntervalSinceReferenceDate: Double(Int.random(in: -1000...1000, using: &random)) / 8)
    data = Data((0..<Int.random(in: 0...20, using: &random)).map { UInt8(truncatingIfNeeded: $0 &* 37) })
    url = URL(string: "https://example.org/a?b=\(small)#c")!
    identifier = UUID()
    amount = Decimal(
      string: ["0", "-12.50", "99999999999999999999999999999999999.1", "1e20", "0.001"]
        .randomElement(using: &random)!)!
  }
}

/// Any JSON there is.
private enum AnyJSON: Codable, Equatable {
  case null, boolean(Bool), number(Double), text(String), list([AnyJSON]), object([String: AnyJSON])

  init(from decoder: any Decoder) throws {
    let value = try decoder.singleValueContainer()
    if value.decodeNil() {
      self = .null
    } else if let boolean = try? value.decode(Bool.self) {
      self = .boolean(boolean)
    } else if let text = try? value.decode(String.self) {
      self = .text(text)
    } else if let number = try? value.decode(Double.self) {
      self = .number(number)
    } else if var list = try? decoder.unkeyedContainer() {
      var elements: [AnyJSON] = []
      while !list.isAtEnd { elements.append(try list.decode(AnyJSON.self)) }
      self = .list(elements)
    } else {
      self = .object(try value.decode([String: AnyJSON].self))
    }
  }

  func encode(to encoder: any Encoder) throws {
    var value = encoder.singleValueContainer()
    switch self {
    case .null: try value.encodeNil()
    case .boolean(let boolean): try value.encode(boolean)
    case .number(let number): try value.encode(number)
    case .text(let text): try value.encode(text)
    case .list(let list): try value.encode(list)
    case .object(let object): try value.encode(object)
    }
  }
}

@Suite("Codable types to and from JSON, as Foundation has them")
struct CodingTests {
  @Test("what one writes the other reads, whatever it is")
  func roundTrips() async throws {
    var random = SeededGenerator(seed: 11)
    for _ in 0..<100 {
      // Others wait for the thread.
      await Task.yield()
      let value = Everything(&random)
      let ours = try PayloadCoding.encode(value)
      #expect(ReferenceJSON(ours) != nil)
      #expect(ReferenceJSON(ours)?.hasDuplicateKeys == false)
      let read = try JSONDecoder().decode(Everything.self, from: Data(ours))
      // What Foundation reads of its own text decides: its decimal numbers lose digits.
      let theirs = try JSONEncoder().encode(value)
      #expect(read == (try JSONDecoder().decode(Everything.self, from: theirs)))
      #expect(try PayloadCoding.decode(Everything.self, from: Array(theirs)) == value)
      #expect(try PayloadCoding.decode(Everything.self, from: ours) == value)
    }
  }

  @Test("random JSON, whole and damaged, is read as Foundation reads it, and refused where it is not JSON")
  func fuzzed() async throws {
    var random = RandomJSON(seed: 12)
    var accepted = 0
    for round in 0..<2500 {
      if round % 10 == 0 { await Task.yield() }
      var bytes = Array(random.value(depth: 4).utf8)
      if round % 2 == 0 { bytes = random.damaged(bytes) }
      let ours = try? PayloadCoding.decode(AnyJSON.self, from: bytes)
      guard let reference = ReferenceJSON(bytes) else {
        #expect(ours == nil, "\(String(decoding: bytes, as: UTF8.self))")
        continue
      }
      // Of two values under one key Foundation takes the first; Python and the host take the last.
      if reference.hasDuplicateKeys { continue }
      let theirs = try? JSONDecoder().decode(AnyJSON.self, from: Data(bytes))
      // Half a surrogate pair, and what is too large for a number: errors both.
      #expect(ours == theirs, "\(String(decoding: bytes, as: UTF8.self))")
      guard let ours else { continue }
      accepted += 1
      let written = try PayloadCoding.encode(["value": ours])
      #expect(try JSONDecoder().decode([String: AnyJSON].self, from: Data(written)) == ["value": ours])
    }
    #expect(accepted > 400)
  }

  @Test(
    "numbers are exact, or refused",
    arguments: [
      ("3", 3), ("3.0", 3), ("3e2", 300), ("300e-2", 3), ("-0", 0), ("-0.0", 0),
      ("0e999999999999999999999", nil),
      ("9223372036854775807", Int.max), ("9223372036854775807.0", Int.max), ("9223372036854775808", nil),
      ("-9223372036854775808", Int.min), ("-9223372036854775809", nil), ("2.5", nil), ("1e-1", nil),
      ("9007199254740993", 9_007_199_254_740_993), ("1e40", nil), ("1e400", nil), ("10e18", nil),
      ("0.3e1", 3), ("1e-9223372036854775808", nil), ("0e-9223372036854775808", nil),
      ("1e9223372036854775807", nil), ("\"3\"", nil), ("null", nil), ("true", nil),
      ("123456789012345678901234567890123456789012", nil),
    ] as [(String, Int?)])
  func integers(text: String, expected: Int?) {
    #expect((try? PayloadCoding.decode(Int.self, from: text)) == expected)
    #expect((try? PayloadCoding.decode([Int].self, from: "[\(text)]")) == expected.map { [$0] })
  }

  @Test("the largest and the smallest of every width, and what is one beyond")
  func widths() throws {
    func check<Integer: FixedWidthInteger & Codable>(_ type: Integer.Type) throws {
      for value in [Integer.min, .max] {
        let json = try PayloadCoding.encode(["value": value])
        #expect(String(decoding: json, as: UTF8.self) == #"{"value":\#(value)}"#)
        #expect(try PayloadCoding.decode([String: Integer].self, from: json) == ["value": value])
      }
      let beyond = String(Integer.max.description.dropLast()) + "8"
      #expect(throws: DecodingError.self) { try PayloadCoding.decode(type, from: beyond) }
      #expect(throws: DecodingError.self) {
        try PayloadCoding.decode(
          type, from: "\(Integer.min)0".utf8 + (Integer.isSigned ? [] : Array("-1".utf8)))
      }
    }
    try check(Int8.self)
    try check(UInt8.self)
    try check(Int16.self)
    try check(UInt16.self)
    try check(Int32.self)
    try check(UInt32.self)
    try check(Int64.self)
    try check(UInt64.self)
  }

  @Test("what is no number is not written")
  func notFinite() {
    for value in [Double.nan, .infinity, -.infinity] {
      #expect(throws: EncodingError.self) { try PayloadCoding.encode(["value": value]) }
      #expect(throws: EncodingError.self) { try PayloadCoding.encode(["value": [Float(value)]]) }
    }
    #expect(throws: EncodingError.self) { try PayloadCoding.encode(["value": Decimal.nan]) }
  }

  @Test("members come in the order in which the type writes them, and numbers keep their kind")
  func order() throws {
    struct Value: Encodable {
      var zebra = 1.0, apple = [2], middle: String? = "x/y", none: Int?
    }
    let json = String(decoding: try PayloadCoding.encode(Value()), as: UTF8.self)
    #expect(json == #"{"zebra":1.0,"apple":[2],"middle":"x/y"}"#)
  }
}
