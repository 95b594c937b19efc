import AgentStreams
import ArgumentParser

struct ReloadCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "reload", abstract: "Have every host look at its agents' folder again.",
    discussion: "What each host found stands in its log.")

  func run() async throws {
    let hosts = try await CommandEnvironment().withRedis { client, keys in
      try await DesiredChange.reload.make(client, keys: keys)
    }
    guard hosts > 0 else { throw CommandFailure(.failed, "no host listens; start one with `agenthost run`") }
    print("told \(hosts) \(hosts == 1 ? "host" : "hosts") to reload")
  }
}
