import AgentStreams
import ArgumentParser

struct AgentCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "agent", abstract: "See the agents of all hosts, and say how many serve a role.",
    subcommands: [AgentListCommand.self, AgentScaleCommand.self])
}

struct AgentListCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "ls", abstract: "List the agents that live, each with an id and a stream of its own.",
    discussion: """
      What an agent has done is since it began, and up to some seconds old. Exits with 7 where no worker lives.
      """)

  @Flag(help: "Print JSON.")
  var json = false

  func run() async throws {
    let workers = try await CommandEnvironment().withRedis { client, keys in
      try await WorkerStatus.all(client, keys: keys)
    }
    let agents = AgentTable(workers)
    print(json ? agents.json : agents.text, terminator: "")
    if workers.isEmpty { throw ExitCode(ExitStatus.degraded.rawValue) }
  }
}
