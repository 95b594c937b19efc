package import Logging
package import RedisClient

/// Takes over what workers held that are known to be dead: their entries are this host's at once.
@IOActor
package final class Recoverer {
  private static let maximumBatch = 256

  private let client: RedisClient
  private let keys: Keys
  private let receiver: any DeliveryReceiver
  private let logger: Logger

  package init(client: RedisClient, keys: Keys, receiver: any DeliveryReceiver, logger: Logger) {
    self.client = client
    self.keys = keys
    self.receiver = receiver
    self.logger = logger
  }

  /// Claims everything that agents of the dead workers hold in the group of a role. What lies in these agents'
  /// own streams becomes work for the role.
  package func takeOver(fromWorkers incarnations: [String], to source: DeliverySource) async {
    var backoff = Backoff()
    while true {
      do throws(RedisError) {
        for name in try await consumers(of: source) where incarnations.contains(name.incarnation) {
          try await takeOver(from: name, to: source)
        }
        return
      } catch {
        logger.warning("taking over \(source.stream) failed, trying again: \(error)")
        guard (try? await Task.sleep(for: backoff.next())) != nil else { return }  // cancelled: the host ends
      }
    }
  }

  private func takeOver(from name: ConsumerName, to source: DeliverySource) async throws(RedisError) {
    let count = try await claimAll(of: name.description, to: source)
    try await ConsumerGroups.leave(source, consumer: name.description, client: client)
    let moved = try await ConsumerGroups.retireAgentStream(
      keys.agentStream(name.agentID), roleStream: source.stream, client: client)
    logger.notice("took over from \(name): \(count) entries of \(source.stream), \(moved) of its own stream")
  }

  private func consumers(of source: DeliverySource) async throws(RedisError) -> [ConsumerName] {
    let reply = try await client.send(RedisCommand("XINFO", "CONSUMERS", source.stream, source.group))
    guard let elements = reply.root.elements else { throw .unexpectedReply(command: "XINFO CONSUMERS") }
    return elements.compactMap { element in
      var fields = element.elements
      while let field = fields?.next()?.string, let value = fields?.next() {
        if field == "name" { return value.string.flatMap(ConsumerName.init(_:)) }
      }
      return nil
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
