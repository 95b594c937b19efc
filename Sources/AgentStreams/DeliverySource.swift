import NIOCore
package import RedisClient

/// A stream as one agent reads it: which group, under which name, and how much at once.
@IOActor
package final class DeliverySource {
  package nonisolated let stream: String
  package nonisolated let group: String
  /// A ``ConsumerName``.
  package nonisolated let consumer: String
  /// Whose dead letters take what nobody can work on.
  package nonisolated let role: String
  package nonisolated let slots: Slots
  /// Entries given out and not settled, by id: an entry that the server hands over twice is worked on once.
  private var held: Set<String> = []
  private var releaseWaiters: [String: AsyncStream<Void>.Continuation] = [:]
  /// Whether acknowledged entries are deleted: only while ours is the only group on the stream.
  package internal(set) var deletesAcknowledged = false

  package nonisolated init(stream: String, group: String, consumer: String, role: String, slots: Slots) {
    self.stream = stream
    self.group = group
    self.consumer = consumer
    self.role = role
    self.slots = slots
  }

  package var heldCount: Int { held.count }

  func holds(_ id: String) -> Bool { held.contains(id) }

  /// Makes a delivery of an entry; nil when the entry is held already.
  func take(_ entry: StreamEntry, deliveries: Int) -> Delivery? {
    guard held.insert(entry.id).inserted else { return nil }
    let delivery = Delivery(source: self, entry: entry, deliveries: deliveries)
    slots.take(bytes: delivery.byteCount)
    return delivery
  }

  /// Gives back what a delivery took, after its outcome has been committed or refused for good.
  func release(_ delivery: Delivery) {
    guard held.remove(delivery.entry.id) != nil else { return }
    slots.release(bytes: delivery.byteCount)
    releaseWaiters.removeValue(forKey: delivery.entry.id)?.finish()
  }

  /// Waits until the entry, if it is held, has been given back, for at most `limit`.
  func waitForRelease(of id: String, atMost limit: Duration) async {
    guard held.contains(id) else { return }
    let (released, continuation) = AsyncStream.makeStream(of: Void.self)
    releaseWaiters[id] = continuation
    let timer = IOActor.eventLoop.scheduleTask(in: TimeAmount(limit)) { continuation.finish() }
    for await _ in released {}
    timer.cancel()
    releaseWaiters[id] = nil
  }
}
