package import RedisClient

/// How a consumer and an agent's stream end: only when they hold nothing, in one step.
package enum ConsumerGroups {
  /// Removes a consumer that holds nothing; one that holds something stays, or its entries would be lost.
  @IOActor
  package static func leave(
    _ source: DeliverySource, consumer: String, client: RedisClient
  ) async throws(RedisError) {
    _ = try await client.send(
      RedisCommand(
        "EVAL", script(PackageResources.leave_group_lua), "1", source.stream, source.group, consumer))
  }

  /// Removes an agent's own stream; what it still holds goes to the role's. Returns how many entries that were.
  @IOActor
  @discardableResult
  package static func retireAgentStream(
    _ agentStream: String, group: String, roleStream: String, client: RedisClient
  ) async throws(RedisError) -> Int {
    let reply = try await client.send(
      RedisCommand(
        "EVAL", script(PackageResources.retire_agent_lua), "2", agentStream, roleStream,
        group))
    return reply.root.integer ?? 0
  }

  private static func script(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }
}
