import Testing

@Suite("These tests' own reading of code")
struct ReadingCodeTests {
  @Test(
    "comments and the content of strings are not code",
    arguments: [
      ("a // b {\nc", "a \nc"), ("a /* { \n } */ b", "a \n b"), (#"x("{") { y }"#, #"x("") { y }"#),
      (#""\(a + "}" + b(c)) {" + d"#, #"""a + "" + b(c) + d"#), (##"#"{"\("# + e"##, ##""" + e"##),
      (#""\"{" + f"#, #""" + f"#), ("\"\"\"\n{\n\"\"\" + g", "\"\"\n\n + g"),
      ("#if x\n#endif", "#if x\n#endif"),
    ])
  func bareCode(text: String, expected: String) {
    #expect(SwiftCode.bare(text) == expected)
  }

  @Test("functions are measured from their first line to their last")
  func functionLengths() {
    let code = """
      struct S {
        func one() { x }
        func three(
          a: Int
        ) -> Int { 1 }
        init?(b: Int)
          throws
        {
          if b { y }
        }
        var c: Int { 1 }
      }
      protocol P {
        func none()
        init()
      }
      """
    #expect(FunctionLength.all(in: code).map { [$0.line, $0.lines] } == [[2, 1], [3, 3], [6, 5]])
  }

  @Test("imports are read with whatever stands before them")
  func imports() {
    let text =
      "import A\npackage import B\n@_exported public import C\n// import D\n  import E\nlet x = \"import F\""
    #expect(SourceFile(path: "x", text: text).imports == ["A", "B", "C", "E"])
  }

  @Test("the source tree is found")
  func tree() {
    #expect(SourceTree.swiftFiles.count > 50)
    #expect(
      SourceTree.swiftFiles.contains {
        $0.path == "Sources/AgentStreams/Keys.swift" && $0.module == "AgentStreams"
      })
  }
}
