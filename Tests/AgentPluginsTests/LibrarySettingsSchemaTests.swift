import Foundation
import TestLibrary
import Testing

@testable import AgentPlugins

@Suite("The schema of what an operator says")
struct LibrarySettingsSchemaTests {
  /// What both a schema and the host can judge; duplicate keys, sizes, tags and the library's own name no schema knows.
  static let good = [
    "", "# nothing\n", "{}", "~", "enabled: true", "enabled: FALSE", "isolate: true", "isolate: heavy",
    "isolate: 'true'", "isolate: a.b-c_9", "isolate: onward", "concurrency: 1", "concurrency: 4096",
    "concurrency: 16.0", "concurrency: 0x10", "timeout: 0.001", "timeout: 1", "timeout: 1000000",
    "timeout: 1e6",
    "timeout: 1.5e+2", "role: shout", "role: 'no'", "role: no", "role: a.b-C_9", "roles: {}",
    "roles: {a: b}", "roles: {a: b, b: a}", "config: {}", "config: {a: {b: [1, null, true, x]}}",
    "config: {1: one}", "config:\n  text: |\n    several\n    lines\n", "config: {a: &x [1], b: *x}",
    "instances: 1", "instances: 64", "grants: []", "grants: [log]", "grants: [config, log, log]",
    "isolate: x\nenabled: false\nconcurrency: 3\ntimeout: 2.5\nrole: r\nconfig: {a: 1}\n",
    "isolate: \(String(repeating: "a", count: 56))", "role: \(String(repeating: "a", count: 64))",
  ]
  static let bad = [
    "[]", "x", "5", "true", "isolate", "enable: true", "Enabled: true", "enabled: yes", "enabled: 1",
    "enabled: 'true'", "enabled:", "enabled: []", "isolate:", "isolate: ''", "isolate: a b", "isolate: main",
    "isolate: yes", "isolate: 'No'", "isolate: OFF", "isolate: n", "isolate: 5", "isolate: [a]",
    "isolate: ../x",
    "isolate: \"a\\n\"", "isolate: \(String(repeating: "a", count: 57))", "concurrency: 0",
    "concurrency: 4097",
    "concurrency: -1", "concurrency: 1.5", "concurrency: '4'", "concurrency: many", "concurrency: true",
    "concurrency: 99999999999999999999", "concurrency:", "timeout: 0", "timeout: 0.0", "timeout: -1",
    "timeout: 1000000.5", "timeout: 1e7", "timeout: '5'", "timeout: true", "timeout: soon", "timeout: .inf",
    "timeout: [1]", "role:", "role: ''", "role: a b", "role: 5", "role: [a]", "role: \"a\\n\"", "role: é",
    "role: \(String(repeating: "a", count: 65))", "roles: a", "roles: [a]", "roles: {a: }", "roles: {a: 5}",
    "roles: {'': a}", "roles: {a b: c}", "roles: {a: b c}", "role: a\nroles: {b: c}", "config:", "config: 5",
    "config: [a]", "config: text", "config: true", "isolate: {", "a: b: c", "isolate: *x",
    "timeout: 5\n- x\n", "instances: 0", "instances: 65", "instances: 1.5", "instances: '2'", "instances:",
    "grants:", "grants: log", "grants: {log: true}", "grants: [threads]", "grants: [5]", "grants: [[log]]",
    "grants: [agenthost.log/1]",
  ]

  @Test("host and schema judge alike")
  func verdicts() throws {
    let texts = Self.good + Self.bad
    let bySchema = try schemaVerdicts(texts)
    try #require(bySchema.count == texts.count)
    for (index, text) in texts.enumerated() {
      let isGood = index < Self.good.count
      #expect(bySchema[index] == isGood, "the schema on: \(text)")
      #expect(Self.isAccepted(text) == isGood, "the host on: \(text)")
    }
  }

  @Test("all keys are in the schema, with what they mean")
  func keys() throws {
    let schema = try #require(
      try JSONSerialization.jsonObject(with: Data(contentsOf: Self.schema)) as? [String: Any])
    let properties = try #require(schema["properties"] as? [String: [String: Any]])
    #expect(Set(properties.keys) == Set(SettingsFile.Key.allCases.map(\.rawValue)))
    #expect(properties.values.allSatisfy { $0["description"] is String })
  }

  private static func isAccepted(_ text: String) -> Bool {
    var settings = LibrarySettings()
    return (try? SettingsFile(library: "libGreeting.so").read(text, into: &settings)) != nil
  }

  private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()
  private static let schema = root.appending(
    path: "Sources/AgentPlugins/Settings/library-settings.schema.json")

  /// By Python's jsonschema; `make python-tools` installs it.
  private func schemaVerdicts(_ texts: [String]) throws -> [Bool] {
    try TestLibrary.withTemporaryFolder { folder in
      let file = folder.appending(path: "texts.json")
      try JSONEncoder().encode(texts).write(to: file)
      let interpreter = ProcessInfo.processInfo.environment["AGENTHOST_PYTHON"] ?? "python3"
      let script = Self.root.appending(path: "Tests/PythonReference/library_settings.py")
      let output = try TestLibrary.run(interpreter, ["-B", script.path, Self.schema.path, file.path])
      return try JSONDecoder().decode([Bool].self, from: Data(output.utf8))
    }
  }
}
