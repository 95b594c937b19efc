import AgentRuntime
import AgentStreams
import Logging
import NIOCore
import RedisClient

extension CommandEnvironment {
  /// Does the work of a verb that talks to the server and to no agent.
  func withRedis<Value: Sendable>(
    _ body: @IOActor (RedisClient, Keys) async throws -> Value
  ) async throws -> Value {
    let connection = RedisConnectionSettings(
      settings, address: try address(try redisURL()), name: "agenthost/cli")
    let client = await RedisClient(settings: connection, logger: Logger(label: "agenthost"))
    do {
      let value = try await body(client, Keys(prefix: settings.keyPrefix))
      await client.close()
      return value
    } catch let error as RedisError {
      await client.close()
      throw CommandFailure(error.meaning == nil ? .redisUnreachable : .failed, error.description)
    }
  }
}
