import Glibc
import Yams

/// What an operator says about a library, in a file beside it: `NAME.yaml` for `NAME.so`.
package struct LibrarySettings: Sendable, Equatable {
  /// A larger file is a mistake.
  package static let maximumBytes = 16 << 10

  /// The isolated place whose worker serves the library; nil: the main one.
  package var place: String?
  /// Messages at once for each of its agents, whatever the library says.
  package var concurrency: Int?

  package init(place: String? = nil, concurrency: Int? = nil) {
    self.place = place
    self.concurrency = concurrency
  }

  /// Where there is no such file, nothing is said.
  package init(ofLibrary library: String) throws(LibraryError) {
    let file = library.dropLast(library.hasSuffix(".so") ? ".so".count : 0) + ".yaml"
    let reading = SettingsFile(path: String(file), library: library)
    guard let text = try reading.text() else { return }
    try reading.read(text, into: &self)
  }
}

/// One reading of such a file.
private struct SettingsFile {
  let path: String
  let library: String

  /// Nil where there is none. A link is resolved, as the library's own is.
  func text() throws(LibraryError) -> String? {
    let bytes: [UInt8]
    do throws(AgentImageError) {
      bytes = try RegularFile.read(resolvedPath(path) ?? path, maximumBytes: LibrarySettings.maximumBytes)
    } catch {
      if error == .unreadable(errno: ENOENT) { return nil }
      throw refusal(expected: error.expected, found: error.found)
    }
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw refusal(expected: "text in UTF-8", found: "other bytes")
    }
    return text
  }

  func read(_ text: String, into settings: inout LibrarySettings) throws(LibraryError) {
    let root: Node?
    do { root = try compose(yaml: text) } catch {
      throw refusal(expected: "YAML", found: Self.problem(error))
    }
    // A file of comments alone says nothing.
    guard let root else { return }
    guard case .mapping(let members) = root else {
      throw refusal(expected: "keys with values", found: "\(Self.line(of: root)) something else")
    }
    for (key, value) in members {
      let place = Self.line(of: key)
      switch key.scalar?.string {
      case "isolate": settings.place = try isolation(value, place)
      case "concurrency": settings.concurrency = try concurrency(value, place)
      case let name:
        throw refusal(
          expected: "no other keys than isolate and concurrency",
          found: "\(place) key \"\(name ?? "that is no word")\"")
      }
    }
  }

  private func isolation(_ value: Node, _ place: String) throws(LibraryError) -> String? {
    let isPlain = value.scalar?.style == .plain
    if isPlain, let isIsolated = value.bool {
      guard isIsolated else { return nil }
      guard PlaceName.isValid(ownPlace) else {
        throw refusal(
          expected: "a library that is isolated to be called \(PlaceName.rule)",
          found: "\(place) \"isolate: true\" for \"\(ownPlace)\"; give it a group's name instead")
      }
      return ownPlace
    }
    guard let group = value.scalar?.string, PlaceName.isValid(group), !(isPlain && group == "null") else {
      throw refusal(
        expected: "isolate to be true, false or a group's name (\(PlaceName.rule))",
        found: "\(place) key \"isolate\": \(Self.words(value))")
    }
    return group
  }

  private func concurrency(_ value: Node, _ place: String) throws(LibraryError) -> Int {
    let limits = 1...Int(AgentLibrary.maximumConcurrency)
    guard let scalar = value.scalar, scalar.style == .plain, let number = Int(scalar.string),
      limits.contains(number)
    else {
      throw refusal(
        expected: "concurrency to be a number from \(limits.lowerBound) to \(limits.upperBound)",
        found: "\(place) key \"concurrency\": \(Self.words(value))")
    }
    return number
  }

  /// A library's own name, without what all have.
  private var ownPlace: String {
    let name = path.split(separator: "/").last.map { $0.dropLast(".yaml".count) } ?? ""
    return String(name.hasPrefix("lib") ? name.dropFirst("lib".count) : name)
  }

  private static func words(_ value: Node) -> String {
    value.scalar.map { "\"\($0.string.prefix(64))\"" } ?? "no single value"
  }

  private static func line(of node: Node) -> String { node.mark.map { "line \($0.line):" } ?? "" }

  private static func problem(_ error: any Error) -> String {
    switch error as? YamlError {
    case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
      .composer(_, let problem, let mark, _):
      "line \(mark.line): \(problem)"
    case .duplicatedKeysInMapping(let keys, let context):
      "line \(context.mark.line): key \"\(keys.joined(separator: "\", \""))\" more than once"
    default: "\(error)"
    }
  }

  private func refusal(expected: String, found: String) -> LibraryError {
    LibraryError(
      file: library, step: .settings, expected: expected, found: "in \(path) \(found)",
      advice: "correct that file and reload")
  }
}
