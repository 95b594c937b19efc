import Foundation
import Testing

@Suite("The documentation's promises")
struct DocumentationTests {
  private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

  @Test("every test that the page of the wire names is there")
  func wire() throws {
    let page = Self.root.appending(path: "Sources/agenthost/Documentation.docc/Wire.md")
    let named = try String(contentsOf: page, encoding: .utf8).matches(of: /`(\w+Tests)(?:\/(\w+))?`/)
    #expect(named.count > 40)
    let sources = try Self.testSources()
    for match in named {
      let suite = String(match.1)
      guard let source = sources.first(where: { $0.contains("struct \(suite)") }) else {
        Issue.record("there is no suite \(suite)")
        continue
      }
      if let function = match.2 {
        #expect(source.contains("func \(function)("), "\(suite) has no test \(function)")
      }
    }
  }

  @Test("a line of the wire's tables without its test is none")
  func everyLine() throws {
    let page = Self.root.appending(path: "Sources/agenthost/Documentation.docc/Wire.md")
    var columns = 0
    for line in try String(contentsOf: page, encoding: .utf8).split(separator: "\n") {
      guard line.hasPrefix("|") else {
        columns = 0
        continue
      }
      if line.hasPrefix("| What | Test") { columns = 2 }
      if columns == 2, !line.hasPrefix("| What"), !line.hasPrefix("|---") {
        #expect(line.contains("Tests"), "\(line)")
      }
    }
  }

  private static func testSources() throws -> [String] {
    let files = FileManager.default.enumerator(
      at: root.appending(path: "Tests"), includingPropertiesForKeys: nil)
    return try (files?.allObjects as? [URL] ?? []).filter { $0.pathExtension == "swift" }
      .map { try String(contentsOf: $0, encoding: .utf8) }
  }
}
