import NIOCore
import RedisClient

/// An entry that a consumer has been given and has not acknowledged.
struct PendingEntry: Sendable, Equatable {
  let id: String
  /// How often it has been given to somebody.
  let deliveries: Int
}

/// What the server knows of a consumer's entries.
enum PendingEntries {
  /// Entries in one answer.
  static let pageSize = 256

  /// Whether anybody holds an entry of a role's streams.
  @IOActor
  static func areAny(on sources: [DeliverySource], client: RedisClient) async throws(RedisError) -> Bool {
    guard let group = sources.first?.group else { return false }
    let reply = try await StreamScript.anyPending.call(client, keys: sources.map(\.stream), [group])
    guard let answer = reply.root.integer else { throw .unexpectedReply(command: "whether anything is held") }
    return answer == 1
  }

  /// The first entries of `consumer` that nobody has touched for `idle`, behind the entry `after`.
  @IOActor
  static func list(
    of consumer: String, in source: DeliverySource, idle: TimeAmount = .zero, after: String?, count: Int,
    client: RedisClient
  ) async throws(RedisError) -> [PendingEntry] {
    let start = after.map { "(\($0)" } ?? "-"
    let reply = try await client.send(
      RedisCommand(
        "XPENDING", source.stream, source.group, "IDLE", String(idle.milliseconds), start, "+", String(count),
        consumer),
      effect: .repeatable)
    guard let elements = reply.root.elements else { throw .unexpectedReply(command: "XPENDING") }
    return elements.compactMap { element in
      let parts = element.elements.map { Array($0) } ?? []
      guard parts.count == 4, let id = parts[0].string, let deliveries = parts[3].integer else { return nil }
      return PendingEntry(id: id, deliveries: deliveries)
    }
  }

  /// Renews the lease of an entry that the source's own consumer was seen to have, and reads it; nil when somebody
  /// else has it by now, or it is gone. A claim by force would take it back.
  @IOActor
  private static func renewed(
    _ id: String, of source: DeliverySource, client: RedisClient
  ) async throws(RedisError) -> StreamEntry? {
    let lost = try await StreamScript.renew.call(
      client, keys: [source.stream], [source.group, source.consumer, id])
    guard lost.root.elements?.underestimatedCount == 0 else { return nil }
    let reply = try await client.send(RedisCommand("XRANGE", source.stream, id, id), effect: .repeatable)
    return try StreamCommands.entries(of: reply.root).first
  }

  /// Delivers what the server has given to the source's own consumer and what never arrived here: the answer of
  /// a read or of a claim may be lost with its connection. `idle`: only what was given so long ago, so that answers
  /// which are under way have arrived. `limit`: how many at most.
  @IOActor
  static func deliverUnseen(
    of source: DeliverySource, idle: TimeAmount = .zero, limit: Int = .max, to receiver: any DeliveryReceiver,
    client: RedisClient, clock: @IOActor () -> NIODeadline = { .now() }
  ) async throws(RedisError) {
    var after: String?
    var remaining = limit
    while true {
      let pending = try await list(
        of: source.consumer, in: source, idle: idle, after: after, count: pageSize, client: client)
      guard let last = pending.last else { return }
      after = last.id
      for entry in pending where !source.holds(entry.id) {
        guard remaining > 0 else { return }
        let reserved = await source.slots.reserve(upTo: 1)
        defer { source.slots.cancelReservation(reserved) }
        guard reserved > 0 else { return }
        // It may have arrived while a slot was waited for.
        if source.holds(entry.id) { continue }
        remaining -= 1
        guard let content = try await renewed(entry.id, of: source, client: client) else { continue }
        var deliveries = entry.deliveries
        if idle > .zero {
          // It may have been here, and not have been settled: what comes again and again must reach the limit.
          deliveries += 1
          _ = try await client.send(
            RedisCommand(
              "XCLAIM", source.stream, source.group, source.consumer, "0", entry.id, "RETRYCOUNT",
              String(deliveries), "JUSTID"), effect: .repeatable)
        }
        if let delivery = source.take(content, deliveries: deliveries, at: clock()) {
          receiver.receive([delivery])
        }
      }
    }
  }
}
