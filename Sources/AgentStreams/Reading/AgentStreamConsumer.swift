package import Logging
package import RedisClient

/// Reads one agent's own stream, whenever it is told that there is something.
@IOActor
package final class AgentStreamConsumer: StreamReader {
  private static let maximumBatch = 64

  package nonisolated let source: DeliverySource
  private let lanes: RoleLanes
  private let client: RedisClient
  private let receiver: any DeliveryReceiver
  private let logger: Logger
  private var isQuiet = false
  private var isWoken = true
  private let woken = Condition()

  /// `lanes`: where the agent does the work of its role.
  package init(
    client: RedisClient, source: DeliverySource, lanes: RoleLanes, receiver: any DeliveryReceiver,
    logger: Logger
  ) {
    self.client = client
    self.source = source
    self.lanes = lanes
    self.receiver = receiver
    self.logger = logger
  }

  /// Reads until it is made quiet.
  package func run() async {
    var backoff = Backoff()
    var mayHaveMissed = false
    while !isQuiet {
      await waitForWake()
      do throws(RedisError) {
        if mayHaveMissed {
          try await PendingEntries.deliverUnseen(of: source, to: receiver, client: client)
          mayHaveMissed = false
        }
        try await readAll()
        backoff.reset()
      } catch {
        isWoken = true
        mayHaveMissed = true
        // The stream or its group is gone (a FLUSHALL, an eviction).
        if error.meaning == .groupMissing { await makeGroup() }
        client.warn("reading \(source.stream) failed", error)
        try? await IOActor.sleep(for: backoff.next())  // cancelled: the loop's condition decides
      }
    }
  }

  /// Waits for the stream from now on.
  package func start(_ waker: StreamWaker) async {
    await waker.watch([source.stream], for: self)
  }

  package func stop(_ waker: StreamWaker) async {
    await waker.forget([source.stream], for: self)
  }

  /// There is something in the stream.
  func wake(_ stream: String) {
    wake()
  }

  private func wake() {
    isWoken = true
    woken.wakeAll()
  }

  package func quiet() {
    isQuiet = true
    source.slots.close()
    wake()
  }

  /// Makes the stream and its group where they do not exist, as for an agent that is new.
  private func makeGroup() async {
    do throws(RedisError) {
      try await StreamGroups.join(lanes, own: source, send: client.send)
    } catch {
      logger.warning("the group on \(source.stream) could not be made again: \(error)")
    }
  }

  private func waitForWake() async {
    await woken.wait { !isWoken && !isQuiet }
    isWoken = false
  }

  private func readAll() async throws(RedisError) {
    while !isQuiet {
      let reserved = await source.slots.reserve(upTo: Self.maximumBatch)
      defer { source.slots.cancelReservation(reserved) }
      if isQuiet || reserved == 0 { return }
      let command = StreamCommands.readGroup(
        source.group, consumer: source.consumer, streams: [source.stream], count: reserved, block: nil)
      let entries = try StreamCommands.entries(ofRead: try await client.send(command)).first?.entries ?? []
      if entries.isEmpty { return }
      let deliveries = entries.compactMap { source.take($0, deliveries: 1) }
      if !deliveries.isEmpty { receiver.receive(deliveries) }
    }
  }
}
