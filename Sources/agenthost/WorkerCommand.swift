import AgentStreams
import ArgumentParser

struct WorkerCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "worker", abstract: "Replace the processes that run agents.",
    subcommands: [WorkerReplaceCommand.self, WorkerRunCommand.self, WorkerSpareCommand.self])
}

struct WorkerReplaceCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "replace", abstract: "Have every host replace its workers by new ones, without a gap.",
    discussion: "A worker ends when the one that takes its place is ready. Each host's log says how it went.")

  func run() async throws {
    let workers = try await CommandEnvironment().withRedis { client, keys in
      try await DesiredChange.replaceWorkers.make(client, keys: keys).heard
    }
    guard workers > 0 else {
      throw CommandFailure(.failed, "no worker listens; start a host with `agenthost run`")
    }
    print("told \(workers) \(workers == 1 ? "worker" : "workers") to have a new one in its place")
  }
}
