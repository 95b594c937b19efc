import DequeModule
package import Logging
import NIOCore
package import RedisClient

/// Reads a role's streams on a connection of its own, blocked while there is nothing.
///
/// To block on a stream costs the server something each time. So it blocks on the role's own stream and on those of
/// the priorities that are in use; for the others the host's ``StreamWaker`` waits. Where nothing came it blocks on all.
@IOActor
package final class RoleConsumer: StreamReader {
  /// How long one read blocks. A connection that is lost without a word the system notices sooner.
  nonisolated static let longestBlock = TimeAmount.seconds(15)
  /// How long a group that is new on the stream may go unseen.
  private static let groupsInterval = Duration.seconds(1)
  /// Entries of one stream in one read.
  private static let maximumBatch = 256

  private let client: RedisClient
  private let waker: StreamWaker
  private let lanes: RoleLanes
  private let slots: Slots
  private let receiver: any DeliveryReceiver
  private let logger: Logger
  private var plan: ReadPlan
  private var use: LaneUse
  /// Whether the streams, or what this reader has of them, may be other than it knows.
  private var mustLook: Bool
  private var isQuiet = false
  private let blockingRead: BlockingRead
  private var current: RedisConnection?
  private var progress = ReadProgress()
  /// Entries in the next read: halved when an answer was too large to be taken.
  private var batchLimit = RoleConsumer.maximumBatch
  /// What was read beyond the free slots, at most a batch for each lane: several had work at once that had none before.
  private var waiting: Deque<Delivery> = []
  private let interruptions: AsyncStream<Void>
  private let interrupting: AsyncStream<Void>.Continuation

  /// `hasJoined`: the streams have just been made for it, and nothing was ever delivered to it.
  package init(
    client: RedisClient, waker: StreamWaker, lanes: RoleLanes, slots: Slots,
    receiver: any DeliveryReceiver, hasJoined: Bool = false, logger: Logger
  ) {
    mustLook = !hasJoined
    self.client = client
    self.waker = waker
    self.lanes = lanes
    self.slots = slots
    self.receiver = receiver
    self.logger = logger
    blockingRead = BlockingRead(client: client)
    plan = ReadPlan(weights: lanes.sources.map(\.priority.weight))
    use = LaneUse(count: lanes.sources.count, always: lanes.main)
    (interruptions, interrupting) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
  }

  /// Reads until it is made quiet; a server that goes away is waited for.
  package func run() async {
    waker.blocks(self, on: mainStream)
    await withDiscardingTaskGroup { group in
      group.addTask { for await _ in self.interruptions { await self.blockingRead.end() } }
      await readAgainAndAgain()
      interrupting.finish()
    }
    waker.blocksNoMore(self, on: mainStream)
    await waker.forget(lanes.sources.map(\.stream), for: self)
    for delivery in waiting { delivery.source.occupySlot(delivery) }
    receiver.handBack(Array(waiting))
    waiting = []
  }

  private func readAgainAndAgain() async {
    var backoff = Backoff()
    while !isQuiet {
      do throws(RedisError) {
        try await readUntilQuiet { backoff.reset() }
      } catch {
        if case .protocolViolation = error { batchLimit = max(1, batchLimit / 2) }
        client.warn("reading \(name) failed", error)
        try? await IOActor.sleep(for: backoff.next())  // cancelled: the loop's condition decides
      }
    }
  }

  private var mainStream: String { lanes.sources[lanes.main].stream }

  var name: String { lanes.sources.first.map { "the streams of role \($0.role)" } ?? "nothing" }

  func isStalled(at now: NIODeadline) -> Bool { progress.isStalled(at: now) }

  /// Ends the connection; the loop makes another.
  func reconnect() {
    current?.close()
  }

  /// Takes no more; returns when no read is under way.
  package func quiet() async {
    isQuiet = true
    slots.close()
    await blockingRead.end()
  }

  private func readUntilQuiet(succeeded: () -> Void) async throws(RedisError) {
    let connection = try await client.openDedicated(name: "reader")
    current = connection
    defer {
      connection.close()
      current = nil
      progress.enter(.waiting, at: .now())
    }
    if mustLook {
      try await ensureGroups(connection)
      for source in lanes.sources {
        try await PendingEntries.deliverUnseen(of: source, to: receiver, client: client)
      }
    }
    // Whatever ends this connection.
    mustLook = true
    var lastLook = ContinuousClock.now
    while !isQuiet {
      let reserved = await slots.reserve(upTo: batchLimit)
      defer { slots.cancelReservation(reserved) }
      if isQuiet || reserved == 0 { return }
      // Paused after the slots were granted.
      if slots.isPaused { continue }
      if !waiting.isEmpty {
        handOver(upTo: reserved)
        continue
      }
      let step = plan.next(free: reserved)
      progress.enter(.reading, at: .now())
      let batches = try await read(connection, step)
      progress.enter(.waiting, at: .now())
      succeeded()
      await follow(batches)
      batchLimit = min(batchLimit * 2, Self.maximumBatch)
      if batches.contains(where: { !$0.isEmpty }), .now - lastLook > Self.groupsInterval {
        try await lookAtGroups(connection, of: batches)
        lastLook = .now
      }
      plan.received(batches.map(\.count), for: step)
      deliver(batches, upTo: reserved)
    }
  }

  /// A priority that is not in use has something.
  func wake(_ stream: String) {
    use.mustLook = true
    if blockingRead.isUnderWay { interrupting.yield() }
  }

  /// Has the waker wait for the lanes on which this reader does not block.
  private func follow(_ batches: [[StreamEntry]]) async {
    let change = use.received(batches.map { !$0.isEmpty }, at: .now())
    if !change.idle.isEmpty { await waker.watch(change.idle.map { lanes.sources[$0].stream }, for: self) }
    if !change.used.isEmpty { await waker.forget(change.used.map { lanes.sources[$0].stream }, for: self) }
  }

  private func ensureGroups(_ connection: RedisConnection) async throws(RedisError) {
    for source in lanes.sources { try await StreamGroups.ensure(source, send: connection.send) }
  }

  private func lookAtGroups(_ connection: RedisConnection, of batches: [[StreamEntry]])
    async throws(RedisError)
  {
    for (source, batch) in zip(lanes.sources, batches) where !batch.isEmpty {
      try await StreamGroups.look(at: source, send: connection.send)
    }
  }

  /// The entries of each lane.
  private func read(
    _ connection: RedisConnection, _ step: ReadPlan.Step
  ) async throws(RedisError) -> [[StreamEntry]] {
    switch step {
    case .all(let count): return try await readAll(connection, count: count)
    case .shares(let shares): return try await readShares(connection, shares)
    }
  }

  private func readShares(_ connection: RedisConnection, _ shares: [Int]) async throws(RedisError)
    -> [[StreamEntry]]
  {
    let asked = shares.indices.filter { shares[$0] > 0 }
    let replies = try await connection.send(
      asked.map { lane in
        let source = lanes.sources[lane]
        return StreamCommands.readGroup(
          source.group, consumer: source.consumer, streams: [source.stream], count: shares[lane], block: nil)
      })
    var batches: [[StreamEntry]] = lanes.sources.map { _ in [] }
    for (lane, reply) in zip(asked, replies) {
      batches[lane] = try StreamCommands.entries(ofRead: reply).first?.entries ?? []
    }
    return batches
  }

  private func readAll(_ connection: RedisConnection, count: Int) async throws(RedisError) -> [[StreamEntry]]
  {
    guard let first = lanes.sources.first else { return [] }
    let look = use.next()
    // Wanted: somebody asked for the reservation before there was a block that could be ended. Until an instant of the
    // process', so that all readers whose time is up are so at once.
    let block = slots.isWanted ? nil : IOActor.block(untilNext: Self.longestBlock)
    let sources = use.lanes(of: look).map { lanes.sources[$0] }
    slots.interruptBlocked = { [interrupting] in interrupting.yield() }
    defer { slots.interruptBlocked = nil }
    let command = StreamCommands.readGroup(
      first.group, consumer: first.consumer, streams: sources.map(\.stream), count: count, block: block)
    let reply = try await blockingRead.send(command, on: connection, block: Self.longestBlock) { isQuiet }
    let found = try reply.map { reply throws(RedisError) in try StreamCommands.entries(ofRead: reply) } ?? []
    if found.isEmpty, block != nil { use.mustLook = true }
    return lanes.sources.map { source in found.first { $0.stream == source.stream }?.entries ?? [] }
  }

  /// What has just been read goes on at once, as far as there are slots; the rest waits.
  private func deliver(_ batches: [[StreamEntry]], upTo free: Int) {
    let now = NIODeadline.now()
    var deliveries: [Delivery] = []
    deliveries.reserveCapacity(min(free, batches.reduce(0) { $0 + $1.count }))
    for (source, batch) in zip(lanes.sources, batches) where !batch.isEmpty {
      for entry in batch {
        guard let delivery = source.hold(entry, deliveries: 1, at: now) else { continue }
        if deliveries.count < free {
          source.occupySlot(delivery)
          deliveries.append(delivery)
        } else {
          waiting.append(delivery)
        }
      }
    }
    if !deliveries.isEmpty { receiver.receive(deliveries) }
  }

  /// What has waited may have been lost meanwhile.
  private func handOver(upTo free: Int) {
    var deliveries: [Delivery] = []
    while deliveries.count < free, let delivery = waiting.popFirst() {
      delivery.source.occupySlot(delivery)
      if delivery.source.isLost(delivery.entry.position) {
        delivery.source.release(delivery)
      } else {
        deliveries.append(delivery)
      }
    }
    if !deliveries.isEmpty { receiver.receive(deliveries) }
  }
}
