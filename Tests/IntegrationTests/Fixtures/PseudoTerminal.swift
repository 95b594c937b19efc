import Foundation
import RedisTestServer

/// A verb on a terminal, with a person before it who does some things, one after the other.
struct PseudoTerminal {
  /// How it stands after a step.
  struct State: Decodable {
    let screen: [String]
    /// All that came so far.
    let raw: String
    /// Nil while the verb runs.
    let status: Int32?
    /// Whether the terminal's settings are as they were before.
    let restored: Bool

    var text: String { screen.joined(separator: "\n") }
  }

  var columns = 80
  var rows = 24
  var settings: [String: String]

  /// The states after each of `steps`, which `terminal.py` explains.
  func run(_ verb: [String], _ steps: [String]) async throws -> [State] {
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    let finished = try await Finished.program(
      "python3",
      ["-B", root.appending(path: "Terminal/terminal.py").path, String(columns), String(rows)]
        + [try BuildFolder.path(of: "agenthost")] + verb,
      environment: ChildProgram.hostlessEnvironment().merging(["TERM": "xterm", "NO_COLOR": ""]) { $1 }
        .merging(settings) {
          $1
        },
      input: Data(steps.joined(separator: "\n").utf8))
    guard finished.status == 0 else { throw FixtureFailure(finished.errors + finished.output) }
    return try finished.output.split(separator: "\n").map {
      try JSONDecoder().decode(State.self, from: Data($0.utf8))
    }
  }
}
