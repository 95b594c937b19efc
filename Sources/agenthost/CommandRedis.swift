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
      address: try address(try redisURL()),
      connectTimeout: .fractional(seconds: settings.redisSocketConnectTimeout),
      commandTimeout: .fractional(seconds: settings.redisSocketTimeout), name: "agenthost/cli")
    let client = await RedisClient(settings: connection, logger: Logger(label: "agenthost"))
    do {
      let value = try await body(client, Keys(prefix: settings.keyPrefix))
      await client.close()
      return value
    } catch let error as RedisError {
      await client.close()
      throw CommandFailure(error.responseCode == nil ? .redisUnreachable : .failed, error.description)
    }
  }
}
