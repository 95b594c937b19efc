import Foundation

/// The specification's implementation in Python, run by the interpreter that `AGENTHOST_PYTHON` names.
struct Python {
  private let interpreter: String
  private let folder: URL

  init() async throws {
    interpreter = ProcessInfo.processInfo.environment["AGENTHOST_PYTHON"] ?? "python3"
    folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appendingPathComponent("PythonReference")
    let found = try await Finished.program(interpreter, ["-c", "import redis"])
    guard found.status == 0 else {
      throw FixtureFailure(
        "\(interpreter) can't import redis: run `make python-tools`, or name an interpreter "
          + "that has redis-py with AGENTHOST_PYTHON; it said: \(found.errors)")
    }
  }

  /// Runs a script to its end.
  func run(_ script: String, _ arguments: String...) async throws -> Finished {
    try await Finished.program(interpreter, ["-B", folder.appendingPathComponent(script).path] + arguments)
  }

  func start(_ script: String, _ arguments: String...) throws -> ChildProgram {
    try ChildProgram(interpreter, ["-B", folder.appendingPathComponent(script).path] + arguments)
  }
}
