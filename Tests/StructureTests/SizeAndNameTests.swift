import Testing

@Suite("Sizes and names")
struct SizeAndNameTests {
  static let maximumFileLines = 400
  static let maximumFunctionLines = 70
  /// Names that say nothing about what a thing does.
  static let emptyWords = ["Manager", "Helper", "Utils", "Utilities", "Common", "Misc"]
  /// The specification's own name for a role.
  static let exceptions: Set<String> = ["ManagerAgent"]

  @Test("no file is longer than can be read in one go")
  func fileLengths() {
    let files = SourceTree.files(
      below: ["Sources", "Plugins", "Tests"], endings: ["swift", "c", "h", "lua", "py", "rs"])
    for file in files {
      #expect(file.lines.count <= Self.maximumFileLines + 1, "\(file.path) has \(file.lines.count) lines")
    }
  }

  @Test("no function is longer than can be seen at once")
  func functionLengths() {
    for file in SourceTree.allSwiftFiles {
      for function in FunctionLength.all(in: file.code) {
        #expect(
          function.lines <= Self.maximumFunctionLines,
          "\(file.path):\(function.line): \(function.lines) lines")
      }
    }
  }

  @Test("no file, type or module has a name that says nothing")
  func names() throws {
    for file in SourceTree.swiftFiles {
      let declared = file.code.matches(of: /\b(?:struct|class|enum|actor|protocol|typealias)\s+(\w+)/)
        .map { String($0.1) }
      for name in declared + [file.name, file.module] where !Self.exceptions.contains(name) {
        #expect(!Self.emptyWords.contains { name.contains($0) }, "\(name) in \(file.path)")
      }
    }
  }

  @Test("nothing waits to be done")
  func nothingToDo() {
    let files = SourceTree.files(
      below: ["Sources", "Plugins", "Tests"], endings: ["swift", "c", "h", "lua", "py", "rs", "md"])
    let marks = ["TO" + "DO", "FIX" + "ME", "XX" + "X:", "HA" + "CK"]
    for file in files {
      for mark in marks { #expect(!file.text.contains(mark), "\(mark) in \(file.path)") }
    }
  }
}
