package import Logging
import NIOCore
package import RedisClient

/// Reads a role's stream on a connection of its own, blocked while there is nothing.
@IOActor
package final class RoleConsumer {
  /// How long one read blocks; a lost connection is noticed no later.
  private static let block = TimeAmount.seconds(5)
  /// How long a read that is to end may take to do so before its connection is closed.
  private static let interruptLimit = Duration.seconds(1)
  /// How long a group that is new on the stream may go unseen.
  private static let groupsInterval = Duration.seconds(1)
  /// Entries in one read.
  private static let maximumBatch = 256

  private let client: RedisClient
  private let source: DeliverySource
  private let receiver: any DeliveryReceiver
  private let logger: Logger
  private var isQuiet = false
  private var blocked: RedisConnection?
  /// Which read it is, of all.
  private var reads = 0
  private var lastWarning = WarningInterval()
  /// Entries in the next read: halved when an answer was too large to be taken.
  private var batchLimit = RoleConsumer.maximumBatch
  private let interruptions: AsyncStream<Void>
  private let interrupting: AsyncStream<Void>.Continuation

  package init(
    client: RedisClient, source: DeliverySource, receiver: any DeliveryReceiver, logger: Logger
  ) {
    self.client = client
    self.source = source
    self.receiver = receiver
    self.logger = logger
    (interruptions, interrupting) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
  }

  /// Reads until it is made quiet; a server that goes away is waited for.
  package func run() async {
    await withDiscardingTaskGroup { group in
      group.addTask { for await _ in self.interruptions { await self.interrupt() } }
      await readAgainAndAgain()
      interrupting.finish()
    }
  }

  private func readAgainAndAgain() async {
    var backoff = Backoff()
    while !isQuiet {
      do throws(RedisError) {
        try await readUntilQuiet { backoff.reset() }
      } catch {
        if case .protocolViolation = error { batchLimit = max(1, batchLimit / 2) }
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
    await interrupt()
  }

  /// Ends the read that blocks just now, if any does.
  private func interrupt() async {
    guard let connection = blocked else { return }
    let read = reads
    let end = ContinuousClock.now + Self.interruptLimit
    while blocked != nil, read == reads {
      // The server may see this before the read that it is meant to end: said again until it is over.
      guard (try? await client.unblock(connection)) != nil, .now < end else { return connection.close() }
      try? await Task.sleep(for: .milliseconds(2))  // cancelled: the limit decides
    }
  }

  private func readUntilQuiet(succeeded: () -> Void) async throws(RedisError) {
    let connection = try await client.openDedicated(name: "reader")
    defer { connection.close() }
    try await StreamGroups.ensure(source, send: connection.send)
    try await PendingEntries.deliverUnseen(of: source, to: receiver, send: connection.send)
    var lastLook = ContinuousClock.now
    while !isQuiet {
      let reserved = await source.slots.reserve(upTo: batchLimit)
      defer { source.slots.cancelReservation(reserved) }
      if isQuiet || reserved == 0 { return }
      let entries = try await read(connection, count: reserved)
      succeeded()
      batchLimit = min(batchLimit * 2, Self.maximumBatch)
      if !entries.isEmpty, .now - lastLook > Self.groupsInterval {
        try await StreamGroups.look(at: source, send: connection.send)
        lastLook = .now
      }
      deliver(entries)
    }
  }

  private func read(_ connection: RedisConnection, count: Int) async throws(RedisError) -> [StreamEntry] {
    // Somebody asked for the reservation before there was a block that could be ended.
    let block = source.slots.isWanted ? nil : Self.block
    blocked = connection
    reads += 1
    source.slots.interruptBlocked = { [interrupting] in interrupting.yield() }
    defer {
      blocked = nil
      source.slots.interruptBlocked = nil
    }
    let command = StreamCommands.readGroup(
      source.group, consumer: source.consumer, stream: source.stream, after: StreamCommands.undelivered,
      count: count, block: block)
    do throws(RedisError) {
      return try StreamCommands.entries(ofRead: try await connection.sendBlocking(command, block: Self.block))
    } catch {
      // The stream or its group is gone (a FLUSHALL, an eviction): made again by the next attempt.
      guard error.meaning == .groupMissing || error.meaning == .unblocked else { throw error }
      try await StreamGroups.ensure(source, send: connection.send)
      return []
    }
  }

  private func deliver(_ entries: [StreamEntry]) {
    let deliveries = entries.compactMap { source.take($0, deliveries: 1) }
    if !deliveries.isEmpty { receiver.receive(deliveries) }
  }
}
