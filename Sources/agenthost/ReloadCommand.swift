import AgentRuntime
import AgentStreams
import ArgumentParser
import Logging
import RedisClient

struct ReloadCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "reload", abstract: "Have every host look at its agents' folder again.",
    discussion: "What each host found stands in its log.")

  func run() async throws {
    let environment = try CommandEnvironment()
    let settings = RedisConnectionSettings(
      environment.settings, address: try environment.address(environment.redisURL()),
      name: "agenthost/cli")
    let keys = Keys(prefix: environment.settings.keyPrefix)
    let hosts = try await publish(to: keys.broadcastAll, settings)
    guard hosts > 0 else { throw CommandFailure(.failed, "no host listens; start one with `agenthost run`") }
    print("told \(hosts) \(hosts == 1 ? "host" : "hosts") to reload")
  }

  private func publish(to channel: String, _ settings: RedisConnectionSettings) async throws -> Int {
    let client = await RedisClient(settings: settings, logger: Logger(label: "agenthost"))
    do {
      let reply = try await client.send(
        RedisCommand("PUBLISH", channel, #"{"kind":"control","command":"reload"}"#))
      await client.close()
      return reply.root.integer ?? 0
    } catch {
      throw CommandFailure(.redisUnreachable, error.description)
    }
  }
}
