import Testing

@testable import AgentPlugins

@Suite("YAML as JSON")
struct YAMLDocumentTests {
  private func json(_ text: String) throws -> String? {
    try YAMLDocument.read(text).map { String(decoding: $0.json, as: UTF8.self) }
  }

  @Test(
    "plain words are what the core schema of YAML 1.2 says",
    arguments: [
      ("no", #""no""#), ("on", #""on""#), ("Yes", #""Yes""#), ("true", "true"), ("True", "true"),
      ("FALSE", "false"),
      ("tRUE", #""tRUE""#), ("null", "null"), ("~", "null"), ("NULL", "null"), ("nULL", #""nULL""#),
      ("12", "12"), ("+12", "12"), ("-012", "-12"), ("-0", "0"), ("000", "0"), ("0x1F", "31"), ("0o17", "15"),
      ("0o18", #""0o18""#), ("0x", #""0x""#), ("1_000", #""1_000""#), ("12:30:45", #""12:30:45""#),
      ("123456789012345678901234567890", "123456789012345678901234567890"),
      ("9007199254740993", "9007199254740993"),
      ("0.5", "0.5"), (".5", "0.5"), ("5.", "5.0"), ("-1.5e3", "-1500.0"), ("1e3", "1000.0"),
      ("+.5E-1", "0.05"),
      (".", #"".""#), ("1e", #""1e""#), ("e1", #""e1""#), ("1.2.3", #""1.2.3""#),
      ("2020-01-01", #""2020-01-01""#),
      ("infinity", #""infinity""#), ("nan", #""nan""#), ("'12'", #""12""#), (#""true""#, #""true""#),
      ("! 12", #""12""#),
      (#""a\"\\\n\x01é""#, #""a\"\\\u000a\u0001é""#),
    ])
  func scalars(text: String, expected: String) throws {
    #expect(try json("x: \(text)") == "{\"x\":\(expected)}")
  }

  @Test("lists, mappings and names for what stands before")
  func structures() throws {
    let text = "a: &a {b: [1, [], {}]}\nc:\n- *a\n-\n- |\n  x\n  y\n8080: x\n\"q\\\"\": z\n"
    #expect(
      try json(text)
        == #"{"a":{"b":[1,[],{}]},"c":[{"b":[1,[],{}]},null,"x\u000ay\u000a"],"8080":"x","q\"":"z"}"#)
    #expect(try json("# nothing\n") == nil)
  }

  @Test(
    "what is refused is told with line and key",
    arguments: [
      ("a:\n  b: .inf\n", 2, "a.b"), ("a: [1, 1e999]\n", 1, "a.1"), ("a: 0x1FFFFFFFFFFFFFFFFF", 1, "a"),
      ("a: !!str 5\n", 1, "a"), ("a: !x [1]\n", 1, "a"), ("a: *b\n", 1, "a"), ("a: &a [*a]\n", 1, "a.0"),
      ("a: 1\n'a': 2\n", 2, "a"), ("a:\n  <<: {b: 1}\n", 2, "a"), ("a:\n  [b]: 1\n", 2, "a"),
      ("a: 1\n---\nb: 2\n", 2, ""), ("x: 1\ny: \u{1}\n", 2, ""),
    ])
  func refusals(text: String, line: Int, key: String) {
    let problem = #expect(throws: YAMLProblem.self) { try YAMLDocument.read(text) }
    #expect(problem?.line == line && problem?.key == key, "\(String(describing: problem))")
  }

  @Test("32 lists and mappings within each other are read below the file's own, and no more")
  func depth() throws {
    func nested(_ count: Int) -> String {
      String(repeating: "[", count: count) + String(repeating: "]", count: count)
    }
    #expect(try json("a: \(nested(32))") == "{\"a\":\(nested(32))}")
    #expect(throws: YAMLProblem.self) { try json("a: \(nested(33))") }
    #expect(try json("a: &a \(nested(16))\nb: \(nested(16).replacing("[]", with: "[*a]"))") != nil)
    let problem = #expect(throws: YAMLProblem.self) {
      try json("a: &a \(nested(17))\nb: \(nested(16).replacing("[]", with: "[*a]"))")
    }
    #expect(problem?.line == 2 && problem?.key.hasPrefix("b.0.0") == true)
  }

  @Test("16 KiB of JSON are read, and no more, however short the text")
  func size() throws {
    // {"a":"…","b":["…",…]}
    let text = String(repeating: "x", count: 1000)
    func repeated(_ count: Int) -> String {
      "a: &a \(text)\nb: [\(Array(repeating: "*a", count: count).joined(separator: ","))]\n"
    }
    let most = (YAMLDocument.maximumBytes - 1_000 - 15) / 1_003
    #expect(try json(repeated(most)) != nil)
    let problem = #expect(throws: YAMLProblem.self) { try json(repeated(most + 1)) }
    #expect(problem?.line == 2 && problem?.key.hasPrefix("b") == true)
  }
}
