import Foundation
import Testing

/// The repository's files, as they lie beside these tests.
enum SourceTree {
  static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().standardizedFileURL

  /// All Swift files of the project's own code; tests are not among them.
  static let swiftFiles: [SourceFile] = files(below: ["Sources", "Plugins"], endings: ["swift"])

  /// The same, and the tests.
  static let allSwiftFiles: [SourceFile] = swiftFiles + files(below: ["Tests"], endings: ["swift"])

  /// All files of `folders`, with their paths from the root, in order.
  static func files(below folders: [String], endings: [String]) -> [SourceFile] {
    folders.flatMap { folder -> [SourceFile] in
      let start = root.appending(path: folder)
      let enumerator = FileManager.default.enumerator(at: start, includingPropertiesForKeys: nil)
      return (enumerator?.compactMap { $0 as? URL } ?? [])
        .filter { endings.contains($0.pathExtension) && !$0.pathComponents.contains(".build") }
        .compactMap { url in
          guard let text = try? String(contentsOf: url, encoding: .utf8) else { return nil }
          return SourceFile(
            path: String(url.standardizedFileURL.path.dropFirst(root.path.count + 1)), text: text)
        }
    }
    .sorted { $0.path < $1.path }
  }

  static func folders(in folder: String) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: root.appending(path: folder).path)
      .filter { !$0.hasPrefix(".") }.sorted()
  }
}

/// One file: its text, and its code without what stands in comments and strings.
struct SourceFile: Sendable, CustomTestStringConvertible {
  let path: String
  let text: String
  let code: String

  init(path: String, text: String) {
    self.path = path
    self.text = text
    code = path.hasSuffix(".swift") ? SwiftCode.bare(text) : text
  }

  var testDescription: String { path }

  var name: String { path.split(separator: "/").last.map { String($0.prefix { $0 != "." }) } ?? path }

  /// `Sources/X/…` and `Plugins/X/…` are of module X.
  var module: String { path.split(separator: "/").dropFirst().first.map(String.init) ?? "" }

  var lines: [Substring] { text.split(separator: "\n", omittingEmptySubsequences: false) }
  var codeLines: [Substring] { code.split(separator: "\n", omittingEmptySubsequences: false) }

  /// The modules that it imports.
  var imports: [String] {
    codeLines.compactMap { line in
      guard line.contains("import ") else { return nil }
      return line.firstMatch(of: /^\s*(?:@\w+ +)*(?:public +|package +|internal +|private +)?import +(\w+)/)
        .map { String($0.1) }
    }
  }
}
