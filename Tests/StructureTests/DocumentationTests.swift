import Foundation
import Testing

@Suite("The documentation's promises")
struct DocumentationTests {
  private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

  /// The pages whose tables promise something, and what the column of the promises is called.
  private static let pages = [("Wire", "What"), ("Guarantees", "Promise")]

  private static func page(_ name: String) throws -> String {
    let file = root.appending(path: "Sources/agenthost/Documentation.docc/\(name).md")
    return try String(contentsOf: file, encoding: .utf8)
  }

  @Test("every test that such a page names is there", arguments: pages.map(\.0))
  func namedTests(page: String) throws {
    let named = try Self.page(page).matches(of: /`(\w+Tests)(?:\/(\w+))?`/)
    #expect(named.count > 40)
    let sources = try Self.testSources()
    for match in named {
      let suite = String(match.1)
      let declaration = try Regex("struct \(suite)\\b")
      guard let source = sources.first(where: { $0.contains(declaration) }) else {
        Issue.record("there is no suite \(suite)")
        continue
      }
      if let function = match.2 {
        #expect(source.contains("func \(function)("), "\(suite) has no test \(function)")
      }
    }
  }

  @Test("a promise without its test is none", arguments: pages)
  func everyLine(page: String, column: String) throws {
    var isPromising = false
    var promises = 0
    for line in try Self.page(page).split(separator: "\n") {
      guard line.hasPrefix("|") else {
        isPromising = false
        continue
      }
      if line.hasPrefix("| \(column) | Test") {
        isPromising = true
      } else if isPromising, !line.hasPrefix("|---") {
        promises += 1
        #expect(line.contains("Tests"), "\(line)")
      }
    }
    #expect(promises > 20)
  }

  private static func testSources() throws -> [String] {
    let files = FileManager.default.enumerator(
      at: root.appending(path: "Tests"), includingPropertiesForKeys: nil)
    return try (files?.allObjects as? [URL] ?? []).filter { $0.pathExtension == "swift" }
      .map { try String(contentsOf: $0, encoding: .utf8) }
  }
}
