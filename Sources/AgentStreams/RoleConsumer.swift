package import Logging
import NIOCore
package import RedisClient

/// Reads a role's stream on a connection of its own, blocked while there is nothing.
@IOActor
package final class RoleConsumer {
  /// How long one read blocks; a lost connection is noticed no later.
  private static let block = TimeAmount.seconds(5)
  /// Entries in one read.
  private static let maximumBatch = 256

  private let client: RedisClient
  private let source: DeliverySource
  private let receiver: any DeliveryReceiver
  private let logger: Logger
  private var isQuiet = false
  private var blocked: RedisConnection?
  private var lastWarning = WarningInterval()

  package init(
    client: RedisClient, source: DeliverySource, receiver: any DeliveryReceiver, logger: Logger
  ) {
    self.client = client
    self.source = source
    self.receiver = receiver
    self.logger = logger
  }

  /// Reads until it is made quiet; a server that goes away is waited for.
  package func run() async {
    var backoff = Backoff()
    while !isQuiet {
      do throws(RedisError) {
        try await readUntilQuiet { backoff.reset() }
      } catch {
        if lastWarning.elapsed() {
          logger.warning("reading \(source.stream) failed, trying again: \(error)")
        }
        try? await Task.sleep(for: backoff.next())  // cancelled: the loop's condition decides
      }
    }
  }

  /// Takes no more; returns when no read is under way.
  package func quiet() async {
    isQuiet = true
    source.slots.close()
    while let connection = blocked {
      // The server may see this before the read that it is meant to end: said again until it is over.
      try? await client.unblock(connection)  // without a server the read ends by itself
      try? await Task.sleep(for: .milliseconds(10))
    }
  }

  private func readUntilQuiet(succeeded: () -> Void) async throws(RedisError) {
    let connection = try await client.openDedicated(name: "reader")
    defer { connection.close() }
    try await StreamGroups.ensure(source, on: connection)
    try await readOwnPending(connection)
    while !isQuiet {
      let free = await source.slots.waitForFree()
      if isQuiet || free == 0 { return }
      let entries = try await read(connection, count: min(free, Self.maximumBatch))
      succeeded()
      deliver(entries)
    }
  }

  /// What the server has given to this consumer and what never arrived here: a read's answer may be
  /// lost with its connection.
  private func readOwnPending(_ connection: RedisConnection) async throws(RedisError) {
    var after = "0"
    while !isQuiet {
      let free = await source.slots.waitForFree()
      if free == 0 { return }
      let command = StreamCommands.readGroup(
        source.group, consumer: source.consumer, stream: source.stream, after: after,
        count: Self.maximumBatch, block: nil)
      let entries = try StreamCommands.entries(ofRead: try await connection.send(command))
      guard let last = entries.last else { return }
      after = last.id
      deliver(entries)
    }
  }

  private func read(_ connection: RedisConnection, count: Int) async throws(RedisError) -> [StreamEntry] {
    blocked = connection
    defer { blocked = nil }
    let command = StreamCommands.readGroup(
      source.group, consumer: source.consumer, stream: source.stream, after: StreamCommands.undelivered,
      count: count, block: Self.block)
    do throws(RedisError) {
      return try StreamCommands.entries(ofRead: try await connection.sendBlocking(command, block: Self.block))
    } catch {
      // The stream or its group is gone (a FLUSHALL, an eviction): made again by the next attempt.
      guard error.responseCode == "NOGROUP" || error.responseCode == "UNBLOCKED" else { throw error }
      try await StreamGroups.ensure(source, on: connection)
      return []
    }
  }

  private func deliver(_ entries: [StreamEntry]) {
    let deliveries = entries.compactMap { source.take($0, deliveries: 1) }
    if !deliveries.isEmpty { receiver.receive(deliveries) }
  }
}
