package import Foundation
import RedisTestServer

/// Agent libraries made by the compiler while the tests run.
package enum TestLibrary {
  package struct Failed: Error { package var output: String }

  package static let entry = """
    #include <agenthost/note.h>
    static uint32_t count(const agenthost_factory_v1 *f) { (void)f; return 0; }
    static const agenthost_factory_v1 factory = {NULL, count, NULL, NULL};
    const agenthost_entry_v1 *agent_plugin_entry(void) {
      static const agenthost_entry_v1 entry = {AGENTHOST_DRAFT, 0, &factory, NULL};
      return &entry;
    }

    """
  package static let note = "AGENTHOST_NOTE;\n"

  /// The smallest library that is accepted; compiled once.
  package static let sound = Result { try compile(entry + note) }

  package static func compile(
    _ source: String, by compiler: String = "clang", suffix: String = "c",
    flags: [String] = ["-shared", "-fPIC", "-fvisibility=hidden"]
  ) throws -> [UInt8] {
    try withTemporaryFolder { folder in
      let input = folder.appending(path: "agent.\(suffix)")
      let output = folder.appending(path: "agent.so")
      try Data(source.utf8).write(to: input)
      _ = try run(compiler, ["-w", "-I", headers.path, input.path, "-o", output.path] + flags)
      return [UInt8](try Data(contentsOf: output))
    }
  }

  /// Something to link against, by its path, that is gone by the time that somebody loads what needs it.
  package static func withStub<Value>(_ name: String, _ body: (String) throws -> Value) throws -> Value {
    try withTemporaryFolder { folder in
      let path = folder.appending(path: name)
      try Data(compile("int stub;", flags: ["-shared", "-fPIC", "-Wl,-soname,\(name)"])).write(to: path)
      return try body(path.path)
    }
  }

  /// What a command of the toolchain prints.
  package static func run(_ command: String, _ arguments: [String]) throws -> String {
    try withTemporaryFolder { folder in
      let output = folder.appending(path: "output").path
      let status = try SpawnedProgram(command, arguments, output: output, errors: output).waitUntilExit()
      let text = String(decoding: try Data(contentsOf: URL(filePath: output)), as: UTF8.self)
      guard status == 0 else { throw Failed(output: text) }
      return text
    }
  }

  package static func withTemporaryFolder<Value>(_ body: (URL) throws -> Value) throws -> Value {
    let folder = FileManager.default.temporaryDirectory.appending(path: "agenthost-test-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }  // what remains is the system's to clear
    return try body(folder)
  }

  private static var headers: URL {
    URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appending(path: "Sources/CAgentABI/include")
  }
}
