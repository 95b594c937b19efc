import RandomJSON
import StrictJSON
import Testing

@Suite struct JSONScannerTests {
  @Test(arguments: [
    ("NaN", "byte 0: NaN is not JSON"), (#"{"a":NaN}"#, "byte 5: NaN is not JSON"),
    ("[1, Infinity, NaN]", "byte 4: Infinity is not JSON"), ("[-Infinity]", "byte 1: -Infinity is not JSON"),
  ])
  func `NaN and Infinity are refused by name`(text: String, description: String) {
    #expect(jsonError(text)?.description == description)
    #expect(jsonError(text, mode: .agent)?.description == description)
  }

  @Test func `Nesting is bounded to the byte`() {
    func nested(_ depth: Int) -> String {
      String(repeating: #"[{"a":"#, count: depth / 2) + "1" + String(repeating: "}]", count: depth / 2)
    }
    #expect(jsonError(nested(128)) == nil)
    #expect(jsonError("[" + nested(128) + "]")?.code == .tooDeep(limit: 128))
    #expect(jsonError(nested(512), maximumDepth: 512) == nil)
    let absurd = String(repeating: "[", count: 1_000_000)
    #expect(jsonError(absurd, maximumDepth: .max)?.offset == JSONScanner.deepestNesting)
    #expect(jsonError(absurd)?.description == "byte 128: nesting deeper than 128")
  }

  @Test(arguments: [
    #"{"a":1,"a":2}"#, #"{"a":1,"\u0061":2}"#, #"[{"x":{"b":1,"c":2,"b":3}}]"#, #"{"\ud800":1,"\uD800":2}"#,
  ])
  func `A duplicate key at any depth is refused from an agent only`(text: String) throws {
    #expect(jsonError(text) == nil)
    let error = try #require(jsonError(text, mode: .agent))
    guard case .duplicateKey = error.code else {
      Issue.record("refused for another reason: \(error)")
      return
    }
  }

  @Test func `Equal keys in different objects, and keys that only look alike, are no duplicates`() {
    #expect(jsonError(#"{"a":{"a":{"a":1}},"b":[{"a":1},{"a":2}]}"#, mode: .agent) == nil)
    #expect(jsonError(#"{"\ud800":1,"\ud801":2,"\ufffd":3}"#, mode: .agent) == nil)
    // Composed and decomposed: equal as Swift strings, different as JSON keys.
    #expect(jsonError("{\"\u{E9}\":1,\"e\u{301}\":2}", mode: .agent) == nil)
  }

  @Test func `Many keys are checked for duplicates too`() {
    let members = (0..<2_000).map { "\"key\($0)\":\($0)" }.joined(separator: ",")
    #expect(jsonError("{\(members)}", mode: .agent) == nil)
    #expect(jsonError("{\(members),\"key7\":0}", mode: .agent)?.code == .duplicateKey("key7"))
  }

  @Test(
    arguments: [
      [0x80], [0xC0, 0x80], [0xC1, 0xBF], [0xE0, 0x9F, 0xBF], [0xED, 0xA0, 0x80], [0xF0, 0x8F, 0xBF, 0xBF],
      [0xF4, 0x90, 0x80, 0x80], [0xF5, 0x80, 0x80, 0x80], [0xC3], [0xE2, 0x82], [0xE2, 0x28, 0xA1], [0xFF],
    ] as [[UInt8]])
  func `Malformed UTF-8 is refused`(bytes: [UInt8]) {
    #expect(jsonError([0x22] + bytes + [0x22])?.code == .malformedUTF8)
  }

  @Test(arguments: [#""\ud800""#, #""\udc00""#, #""\ud800\u0041""#, #"{"\udfff":1}"#])
  func `Halves of surrogate pairs are kept in both modes`(text: String) {
    #expect(jsonError(text) == nil)
    #expect(jsonError(text, mode: .agent) == nil)
  }

  @Test(arguments: [
    ("", "byte 0: the text ends where a value is expected"),
    (#"{"a":1"#, "byte 6: the text ends where ',' or '}' is expected"),
    ("[1 2]", "byte 3: '2' where ',' or ']' is expected"),
    ("01", "byte 1: more text after the end of the value"),
    ("{a:1}", "byte 1: 'a' where a key in quotes is expected"),
    ("\"a\u{1}\"", "byte 2: control character 0x01 in a string is not escaped"),
    ("\u{FEFF}1", "byte 0: 0xef where a value is expected"),
    ("[1,]", "byte 3: ']' where a value is expected"),
    ("1.e3", "byte 2: 'e' where a digit is expected"),
  ])
  func `An error tells the byte and what is expected there`(text: String, description: String) {
    #expect(jsonError(text)?.description == description)
  }

  @Test func `Every cut of a document is an error and never a crash`() {
    let text = Array(#"{"a":[1.5e3,"\u00e9\n",{"b":null},true],"ü":"😀"}"#.utf8)
    #expect(jsonError(text) == nil)
    for end in 0..<text.count { #expect(jsonError(Array(text[..<end])) != nil, "cut at \(end)") }
  }

  @Test(arguments: ["1234567890.123456789012", "1e23456789012345678", "\"abcdefghijklmnopqrst\""])
  func `Any byte at any place is taken as the grammar has it`(text: String) {
    for place in 0...text.utf8.count {
      for byte in UInt8.min...UInt8.max {
        var bytes = Array(text.utf8)
        bytes.insert(byte, at: place)
        #expect((jsonError(bytes) == nil) == (ReferenceJSON(bytes) != nil), "\(byte) at \(place)")
      }
    }
  }

  @Test func `Accepts exactly what the grammar accepts`() {
    var random = RandomJSON(seed: 1)
    var accepted = 0
    for round in 0..<12_000 {
      var bytes = Array((random.space() + random.value(depth: 5) + random.space()).utf8)
      if round % 3 != 0 { bytes = random.damaged(bytes) }
      let reference = ReferenceJSON(bytes)
      let isAllowed = reference.map { $0.depth <= 4 } ?? false
      let isStrict = isAllowed && reference?.hasDuplicateKeys == false
      accepted += isAllowed ? 1 : 0
      guard (jsonError(bytes, maximumDepth: 4) == nil) == isAllowed,
        (jsonError(bytes, mode: .agent, maximumDepth: 4) == nil) == isStrict
      else {
        Issue.record("round \(round): \(String(decoding: bytes, as: UTF8.self))")
        return
      }
    }
    #expect((3_000..<11_000).contains(accepted))
  }
}
