package import Logging
package import RedisClient

/// Takes over what workers held that are known to be dead: their entries are this host's at once.
///
/// One of them may be what killed the worker. So they are claimed and given out one after the other, each counted
/// as a delivery only when its turn comes: a message that kills again takes along nothing that waits behind it.
@IOActor
package final class Recoverer {
  /// How long an entry has to itself; one that works longer no longer holds up the others.
  package nonisolated static let headStart = Duration.seconds(1)

  private let client: RedisClient
  private let keys: Keys
  private let headStart: Duration
  private let logger: Logger

  package init(
    client: RedisClient, keys: Keys, headStart: Duration = Recoverer.headStart, logger: Logger
  ) {
    self.headStart = headStart
    self.client = client
    self.keys = keys
    self.logger = logger
  }

  /// Claims for each source what agents of the dead workers hold in its group. What lies in these agents' own
  /// streams becomes work for the role. False where the host has ended before it was done.
  @discardableResult
  package func takeOver(
    fromWorkers incarnations: [String], to sources: [(DeliverySource, any DeliveryReceiver)]
  ) async -> Bool {
    let living = Set(sources.compactMap { source, _ in ConsumerName(source.consumer)?.agentID })
    for (source, receiver) in sources {
      var backoff = Backoff()
      var mayHaveMissed = false
      while true {
        do throws(RedisError) {
          if mayHaveMissed {
            try await PendingEntries.deliverUnseen(of: source, to: receiver, send: client.send)
          }
          try await takeOver(fromWorkers: incarnations, to: source, receiver, living: living)
          break
        } catch {
          mayHaveMissed = true
          logger.warning("taking over \(source.stream) failed, trying again: \(error)")
          // Cancelled: the host ends.
          guard (try? await Task.sleep(for: backoff.next())) != nil else { return false }
        }
      }
      if source.slots.isClosed { return false }
    }
    return true
  }

  private func takeOver(
    fromWorkers incarnations: [String], to source: DeliverySource, _ receiver: any DeliveryReceiver,
    living: Set<String>
  ) async throws(RedisError) {
    for name in try await consumers(of: source) where incarnations.contains(name.incarnation) {
      let count = try await claimAll(of: name.description, to: source, receiver)
      try await ConsumerGroups.leave(source, consumer: name.description, client: client)
      logger.notice("took over \(count) entries of \(source.stream) from \(name)")
      // Ids repeat: an agent of this host may bear the dead one's, and then the stream is its own.
      guard !living.contains(name.agentID) else { continue }
      let moved = try await ConsumerGroups.retireAgentStream(
        keys.agentStream(name.agentID), group: keys.agentGroup(name.agentID),
        roleStream: keys.roleStream(source.role), client: client)
      if moved > 0 { logger.notice("\(moved) entries of \(name)'s own stream are work for the role now") }
    }
  }

  private func consumers(of source: DeliverySource) async throws(RedisError) -> [ConsumerName] {
    let reply = try await client.send(
      RedisCommand("XINFO", "CONSUMERS", source.stream, source.group), effect: .repeatable)
    guard let elements = reply.root.elements else { throw .unexpectedReply(command: "XINFO CONSUMERS") }
    return elements.compactMap { element in
      var fields = element.elements
      while let field = fields?.next()?.string, let value = fields?.next() {
        if field == "name" { return value.string.flatMap(ConsumerName.init(_:)) }
      }
      return nil
    }
  }

  private func claimAll(
    of consumer: String, to source: DeliverySource, _ receiver: any DeliveryReceiver
  ) async throws(RedisError) -> Int {
    var claimed = 0
    while true {
      let pending = try await PendingEntries.list(
        of: consumer, in: source, after: nil, count: PendingEntries.pageSize, send: client.send)
      if pending.isEmpty { return claimed }
      for entry in pending {
        let reserved = await source.slots.reserve(upTo: 1)
        guard reserved > 0 else { return claimed }
        claimed += 1
        let deliveries = entry.deliveries + 1
        let delivery = try await claim(entry.id, deliveries: deliveries, for: source, reserved: reserved)
        if let delivery { receiver.receive([delivery]) }
        // Also where the reader, which looks for what it has missed, was the first to see the claim.
        await source.waitForRelease(of: entry.id, atMost: headStart)
      }
    }
  }

  private func claim(
    _ id: String, deliveries: Int, for source: DeliverySource, reserved: Int
  ) async throws(RedisError) -> Delivery? {
    defer { source.slots.cancelReservation(reserved) }
    let content = try await PendingEntries.claim(id, deliveries: deliveries, for: source, send: client.send)
    return content.flatMap { source.take($0, deliveries: deliveries) }
  }
}
