package import RedisClient

/// Groups on streams: made from the beginning of the stream, so that nothing which is there is passed over.
@IOActor
package enum StreamGroups {
  /// Makes stream and group where they do not exist.
  package static func ensure(
    _ source: DeliverySource, send: @IOActor (RedisCommand) async throws(RedisError) -> RedisReply
  ) async throws(RedisError) {
    do throws(RedisError) {
      _ = try await send(StreamCommands.createGroup(source.group, of: source.stream))
    } catch {
      switch error.meaning {
      case .groupExists: break
      case .passing: try await joinAtMemoryLimit(source, consumer: "", send: send)
      default: throw error
      }
    }
    try await look(at: source, send: send)
  }

  /// At its memory limit the server does not even look whether the group is there; and who can't join can't drain.
  /// Where the server could not do it for another reason, this meets the same.
  private static func joinAtMemoryLimit(
    _ source: DeliverySource, consumer: String,
    send: @IOActor (RedisCommand) async throws(RedisError) -> RedisReply
  ) async throws(RedisError) {
    _ = try await send(
      RedisCommand("EVAL", StreamScript.join.source, "1", source.stream, source.group, consumer))
  }

  /// Makes the streams, groups and consumers of an agent. The role's come first: by its consumer there an agent is
  /// missed when it is gone, and what it had of its own with it. Without `own` nothing can be sent to the agent itself.
  package static func join(
    _ lanes: RoleLanes, own: DeliverySource?,
    send: @IOActor (RedisCommand) async throws(RedisError) -> RedisReply
  ) async throws(RedisError) {
    for source in lanes.sources { try await ensure(source, send: send) }
    if let first = lanes.sources.first { try await join(first, send: send) }
    guard let own else { return }
    try await ensure(own, send: send)
    try await join(own, send: send)
  }

  /// Makes the source's consumer, so that others see whose the group is.
  static func join(
    _ source: DeliverySource, send: @IOActor (RedisCommand) async throws(RedisError) -> RedisReply
  ) async throws(RedisError) {
    do throws(RedisError) {
      _ = try await send(
        RedisCommand("XGROUP", "CREATECONSUMER", source.stream, source.group, source.consumer))
    } catch {
      guard error.meaning == .passing else { throw error }
      try await joinAtMemoryLimit(source, consumer: source.consumer, send: send)
    }
  }

  /// Finds out whether other groups read the stream: what they have not had must stay.
  static func look(
    at source: DeliverySource, send: @IOActor (RedisCommand) async throws(RedisError) -> RedisReply
  ) async throws(RedisError) {
    let groups = try await send(RedisCommand("XINFO", "GROUPS", source.stream))
    source.deletesAcknowledged = (groups.root.elements?.underestimatedCount ?? 0) == 1
  }
}
