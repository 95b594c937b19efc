import Glibc

/// The file beside a library.
struct SettingsFile {
  enum Key: String, CaseIterable {
    case enabled, isolate, instances, concurrency, timeout, role, roles, grants, config
  }

  private let library: String
  private let path: String

  init(library: String) {
    self.library = library
    path = String(library.dropLast(library.hasSuffix(".so") ? ".so".count : 0)) + ".yaml"
  }

  /// Nil where there is none. A link is resolved, as the library's own is.
  func text(trustsAll: Bool) throws(LibraryError) -> String? {
    let file: RegularFile
    let resolved = resolvedPath(path) ?? path
    do throws(AgentImageError) {
      file = try RegularFile(reading: resolved, maximumBytes: LibrarySettings.maximumBytes)
    } catch {
      if error == .unreadable(errno: ENOENT) { return nil }
      throw refusal(.settings, expected: error.expected, found: error.found)
    }
    // Whoever writes it says what the library does here; nothing of it is shown before that is known.
    if !trustsAll {
      do { try FileOwnership.check(file.status, at: path, resolved: resolved) } catch {
        throw refusal(.trust, expected: error.expected, found: error.found)
      }
    }
    guard let text = String(validating: file.bytes, as: UTF8.self) else {
      throw refusal(.settings, expected: "text in UTF-8", found: "other bytes")
    }
    return text
  }

  func read(_ text: String, into settings: inout LibrarySettings) throws(LibraryError) {
    do throws(YAMLProblem) {
      // A file of comments alone says nothing.
      guard let root = try YAMLDocument.read(text) else { return }
      if case .null = root.content { return }
      for member in try root.mapping("keys with values") { try read(member, into: &settings) }
    } catch {
      throw refusal(.settings, error)
    }
  }

  private func read(
    _ member: YAMLValue.Member, into settings: inout LibrarySettings
  ) throws(YAMLProblem) {
    guard let key = Key(rawValue: member.key) else {
      let names = Key.allCases.map(\.rawValue).joined(separator: ", ")
      throw YAMLProblem(
        line: member.line, key: member.key, expected: "no other keys than \(names)", found: "")
    }
    do throws(YAMLProblem) {
      try read(member.value, of: key, into: &settings)
    } catch {
      var problem = error
      problem.key = error.key.isEmpty ? member.key : "\(member.key).\(error.key)"
      throw problem
    }
  }

  private func read(
    _ value: YAMLValue, of key: Key, into settings: inout LibrarySettings
  ) throws(YAMLProblem) {
    switch key {
    case .enabled: settings.isEnabled = try value.boolean()
    case .isolate: settings.place = try place(value)
    case .instances: settings.instances = try value.count(atMost: LibrarySettings.maximumInstances)
    case .concurrency: settings.concurrency = try value.count(atMost: Int(AgentLibrary.maximumConcurrency))
    case .timeout: settings.timeout = try value.timeout()
    case .role:
      try value.refuseSecond(settings.roles)
      settings.roles = .only(try value.role())
    case .roles:
      try value.refuseSecond(settings.roles)
      settings.roles = .each(try value.roles())
    case .grants: settings.agents.grants = try value.grants()
    case .config: settings.agents.configuration = try value.configuration()
    }
  }

  /// The isolated place; nil for none.
  private func place(_ value: YAMLValue) throws(YAMLProblem) -> String? {
    switch value.content {
    case .boolean(false): return nil
    case .boolean(true):
      guard PlaceName.isValid(ownPlace) else {
        throw YAMLProblem(
          line: value.line, expected: "a library that is isolated to be called \(PlaceName.rule)",
          found: "true for \"\(ownPlace)\"; give it a group's name instead")
      }
      return ownPlace
    // Other versions of YAML read these as true and false, and so may whoever wrote them.
    case .text(let group) where PlaceName.isValid(group) && !Self.isAnswer(group): return group
    case let other:
      throw YAMLProblem(
        line: value.line, expected: "true, false or a group's name (\(PlaceName.rule))",
        found: YAMLValue(content: other, line: value.line, json: []).words)
    }
  }

  private static func isAnswer(_ text: String) -> Bool {
    ["yes", "no", "on", "off", "y", "n"].contains(text.lowercased())
  }

  /// A library's own name, without what all have.
  private var ownPlace: String {
    let name = path.split(separator: "/").last.map { $0.dropLast(".yaml".count) } ?? ""
    return String(name.hasPrefix("lib") ? name.dropFirst("lib".count) : name)
  }

  func refusal(_ step: LibraryError.Step, _ problem: YAMLProblem) -> LibraryError {
    let key = problem.key.isEmpty ? "" : " key \"\(problem.key.prefix(128))\""
    let found = problem.found.isEmpty ? "" : (key.isEmpty ? " " : ": ") + problem.found
    return refusal(step, expected: problem.expected, found: "line \(problem.line):\(key)\(found)")
  }

  private func refusal(_ step: LibraryError.Step, expected: String, found: String) -> LibraryError {
    LibraryError(
      file: library, step: step, expected: expected, found: "in \(path) \(found)",
      advice: "correct that file and reload")
  }
}
