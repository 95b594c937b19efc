import Testing

@testable import AgentPlugins

@Suite struct LogTextTests {
  @Test(arguments: [
    ("plain, ünïcödé 👩‍👧", "plain, ünïcödé 👩\\u{200D}👧"),
    ("a\nb", "a\\nb"), ("a\r\nb", "a\\r\\nb"), ("\u{1B}[31m", "\\u{1B}[31m"), ("\u{0}", "\\0"),
    ("\u{2028}\u{2029}\u{85}", "\\u{2028}\\u{2029}\\u{0085}"), ("\u{202E}evil", "\\u{202E}evil"), ("", ""),
  ])
  func `What could forge a line is written out`(text: String, expected: String) {
    #expect(LogText.escaped(text) == expected)
  }

  @Test func `Whatever comes in is one line that a terminal shows as it is`() {
    let values = Array(0...0x2FFF) + Array(0xE000...0xE0FF) + Array(0xE0000...0xE01FF)
    let scalars = (values + stride(from: 0x3000, to: 0x11_0000, by: 97)).compactMap {
      Unicode.Scalar(UInt32($0))
    }
    for scalar in scalars {
      let line = LogText.escaped("a\(scalar)b")
      let forged = line.unicodeScalars.first { written in
        [.control, .lineSeparator, .paragraphSeparator, .format].contains(written.properties.generalCategory)
      }
      guard forged == nil, line.unicodeScalars.first == "a", line.unicodeScalars.last == "b" else {
        Issue.record("\(scalar.value)")
        continue
      }
    }
  }

  @Test func `A long text is cut, and says so`() {
    #expect(LogText.escaped("abcdef", maximumBytes: 3) == "abc…")
    #expect(LogText.escaped("abc", maximumBytes: 3) == "abc")
    let escapes = String(repeating: "\u{1B}", count: 100_000)
    #expect(LogText.escaped(escapes).utf8.count < 1024 + 16)
  }
}
