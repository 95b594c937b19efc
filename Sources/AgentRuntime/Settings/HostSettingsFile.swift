import AgentPlugins

/// A file of settings: `agenthost.yaml`. Each is read as its variable would be, so that it goes before the default and
/// behind the environment.
package struct HostSettingsFile: Sendable {
  /// Where no other is named.
  package static let defaultName = "agenthost.yaml"
  private static let maximumBytes = 64 << 10

  package struct Entry: Sendable {
    package let setting: Setting
    /// As the variable would say it.
    package let text: String
    package let line: Int
  }

  package let path: String
  package let entries: [Entry]

  /// Nil where there is none. One that nobody has named is only used where nobody but this user and root can have
  /// written it: it says which code runs, and where passwords go.
  package init?(path: String, isNamed: Bool) throws(HostSettingsFileError) {
    let file: RegularFile
    do throws(AgentImageError) {
      file = try RegularFile(reading: resolvedPath(path) ?? path, maximumBytes: Self.maximumBytes)
    } catch {
      if error == .unreadable(errno: 2) { return nil }
      throw HostSettingsFileError(path: path, expected: error.expected, found: error.found)
    }
    if !isNamed, let problem = file.ownershipProblem {
      throw HostSettingsFileError(
        path: path, expected: "\(problem.expected), or to be named by AGENTHOST_CONFIG", found: problem.found)
    }
    guard let text = String(validating: file.bytes, as: UTF8.self) else {
      throw HostSettingsFileError(path: path, expected: "text in UTF-8", found: "other bytes")
    }
    try self.init(path: path, text: text)
  }

  package init(path: String, text: String) throws(HostSettingsFileError) {
    self.path = path
    do throws(YAMLProblem) {
      entries = try Self.entries(try YAMLLeaf.all(in: text))
    } catch {
      throw HostSettingsFileError(path: path, error)
    }
  }

  private static func entries(_ leaves: [YAMLLeaf]) throws(YAMLProblem) -> [Entry] {
    var entries: [Entry] = []
    for leaf in leaves {
      if leaf.content == .nothing,
        SettingsTable.all.contains(where: { $0.key?.hasPrefix(leaf.key + ".") == true })
      {
        continue
      }
      guard let setting = SettingsTable.all.first(where: { $0.key == leaf.key }) else {
        throw YAMLProblem(
          line: leaf.line, key: leaf.key, expected: "one of \(knownKeys(like: leaf.key))", found: "")
      }
      let text = try SettingUnit.text(of: leaf, for: setting)
      var scratch = Settings()
      if let problem = setting.read(text, &scratch) {
        throw YAMLProblem(line: leaf.line, key: leaf.key, expected: problem, found: leaf.shown)
      }
      entries.append(Entry(setting: setting, text: text, line: leaf.line))
    }
    return entries
  }

  /// Those that begin as `key` does, or else what all begin with.
  private static func knownKeys(like key: String) -> String {
    let keys = SettingsTable.all.compactMap(\.key)
    let group = key.prefix { $0 != "." } + "."
    let near = keys.filter { $0.hasPrefix(group) }
    if !near.isEmpty { return near.joined(separator: ", ") }
    var groups: [String] = []
    for key in keys.map({ String($0.prefix { $0 != "." }) }) where !groups.contains(key) {
      groups.append(key)
    }
    return groups.joined(separator: ", ")
  }
}

extension YAMLLeaf {
  /// For people.
  var shown: String {
    switch content {
    case .number(let text), .text(let text): "\"\(LogText.escaped(text, maximumBytes: 64))\""
    case .nothing: "an empty mapping"
    }
  }
}

/// A file of settings that can't be used.
package struct HostSettingsFileError: Error, Equatable, CustomStringConvertible {
  package let description: String

  init(path: String, expected: String, found: String) {
    description = "\(path): expected \(expected), found \(found)"
  }

  init(path: String, _ problem: YAMLProblem) {
    let key = problem.key.isEmpty ? "" : ", key \"\(LogText.escaped(problem.key, maximumBytes: 128))\""
    let expected = problem.expected.hasPrefix("expected ") ? problem.expected : "expected \(problem.expected)"
    let found = problem.found.isEmpty ? "" : ", found \(problem.found)"
    description = "\(path), line \(problem.line)\(key): \(expected)\(found)"
  }
}
