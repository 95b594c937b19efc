package import RedisClient

/// Groups on streams: made from the beginning of the stream, so that nothing which is there is passed over.
@IOActor
package enum StreamGroups {
  /// Makes stream and group where they do not exist, and finds out whether other groups read the stream.
  package static func ensure(_ source: DeliverySource, on connection: RedisConnection)
    async throws(RedisError)
  {
    do throws(RedisError) {
      _ = try await connection.send(StreamCommands.createGroup(source.group, of: source.stream))
    } catch {
      guard error.responseCode == "BUSYGROUP" else { throw error }
    }
    let groups = try await connection.send(RedisCommand("XINFO", "GROUPS", source.stream))
    source.deletesAcknowledged = (groups.root.elements?.underestimatedCount ?? 0) == 1
  }
}
