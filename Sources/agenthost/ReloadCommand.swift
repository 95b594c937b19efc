import AgentStreams
import ArgumentParser

struct ReloadCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "reload", abstract: "Have all workers of every host look at their agents' folder again.",
    discussion: "What each host found stands in its log.")

  func run() async throws {
    let workers = try await CommandEnvironment().withRedis { client, keys in
      try await DesiredChange.reload.make(client, keys: keys)
    }
    guard workers > 0 else {
      throw CommandFailure(.failed, "no host listens; start one with `agenthost run`")
    }
    print("told \(workers) \(workers == 1 ? "worker" : "workers") to reload")
  }
}
