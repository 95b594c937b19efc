import AgentOperations
import AgentStreams
import ArgumentParser

struct StatusCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "status",
    abstract: "Show all hosts, workers, roles, agents and libraries, and how those before them died.",
    discussion: """
      What agents have done is since they began, and up to some seconds old. Exits with 7 where no worker lives.
      """)

  @Flag(help: "Print JSON.")
  var json = false

  func run() async throws {
    let environment = try CommandEnvironment()
    let snapshot = try await environment.withRedis { client, keys in
      try await SnapshotReader(client: client, keys: keys).read()
    }
    let text =
      json
      ? JSONText.line(StatusJSON.value(snapshot))
      : StatusText(snapshot, width: Terminal.width(environment.variables)).text
    print(text, terminator: "")
    if snapshot.workers.isEmpty { throw ExitCode(ExitStatus.degraded.rawValue) }
  }
}
