package import Logging
package import RedisClient

/// Takes over what a consumer held that is known to be dead: its entries are this host's at once.
@IOActor
package final class Recoverer {
  private static let maximumBatch = 256

  private let client: RedisClient
  private let receiver: any DeliveryReceiver
  private let logger: Logger

  package init(client: RedisClient, receiver: any DeliveryReceiver, logger: Logger) {
    self.client = client
    self.receiver = receiver
    self.logger = logger
  }

  /// Claims everything that `consumer` holds in the group of `source`, then removes the consumer.
  package func takeOver(from consumer: String, to source: DeliverySource) async {
    var backoff = Backoff()
    while true {
      do throws(RedisError) {
        let count = try await claimAll(of: consumer, to: source)
        try await ConsumerGroups.leave(source, consumer: consumer, client: client)
        if count > 0 { logger.notice("took over \(count) entries of \(source.stream) from \(consumer)") }
        return
      } catch {
        logger.warning("taking over from \(consumer) failed, trying again: \(error)")
        guard (try? await Task.sleep(for: backoff.next())) != nil else { return }  // cancelled: the host ends
      }
    }
  }

  private func claimAll(of consumer: String, to source: DeliverySource) async throws(RedisError) -> Int {
    var claimed = 0
    while true {
      let free = await source.slots.waitForFree()
      if free == 0 { return claimed }
      let pending = try await pendingEntries(of: consumer, in: source, count: min(free, Self.maximumBatch))
      if pending.isEmpty { return claimed }
      let entries = try await claim(pending.map(\.id), for: source)
      let counts = Dictionary(pending.map { ($0.id, $0.deliveries) }) { first, _ in first }
      let deliveries = entries.compactMap { source.take($0, deliveries: counts[$0.id, default: 0] + 1) }
      claimed += deliveries.count
      if !deliveries.isEmpty { receiver.receive(deliveries) }
    }
  }

  private func pendingEntries(
    of consumer: String, in source: DeliverySource, count: Int
  ) async throws(RedisError) -> [(id: String, deliveries: Int)] {
    let reply = try await client.send(
      RedisCommand("XPENDING", source.stream, source.group, "-", "+", String(count), consumer))
    guard let elements = reply.root.elements else { throw .unexpectedReply(command: "XPENDING") }
    return elements.compactMap { element in
      let parts = element.elements.map { Array($0) } ?? []
      guard parts.count == 4, let id = parts[0].string, let deliveries = parts[3].integer else { return nil }
      return (id, deliveries)
    }
  }

  /// An entry that was deleted while pending is not in the answer; the claim has removed it from the group.
  private func claim(_ ids: [String], for source: DeliverySource) async throws(RedisError) -> [StreamEntry] {
    var command = RedisCommand("XCLAIM", source.stream, source.group, source.consumer, "0")
    for id in ids { command.append(id) }
    return try StreamCommands.entries(of: try await client.send(command).root)
  }
}
