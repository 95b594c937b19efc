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
  /// Of everything that comes from here.
  package nonisolated let priority: Priority
  package nonisolated let slots: Slots
  /// Entries given out and not settled: one that the server hands over twice is worked on once.
  private var leases = LeaseTable()
  private var releaseWaiters: [StreamID: AsyncStream<Void>.Continuation] = [:]
  /// Whether acknowledged entries are deleted: only while ours is the only group on the stream.
  package internal(set) var deletesAcknowledged = false

  package nonisolated init(
    stream: String, group: String, consumer: String, role: String, priority: Priority = .normal, slots: Slots
  ) {
    self.stream = stream
    self.group = group
    self.consumer = consumer
    self.role = role
    self.priority = priority
    self.slots = slots
  }

  package var heldCount: Int { leases.count }

  func holds(_ id: StreamID) -> Bool { leases.holds(id) }

  func holds(_ id: String) -> Bool { StreamID(id).map(leases.holds) ?? false }

  /// Makes a delivery of an entry; nil when the entry is held already.
  func take(_ entry: StreamEntry, deliveries: Int, at now: NIODeadline = .now()) -> Delivery? {
    guard let delivery = hold(entry, deliveries: deliveries, at: now) else { return nil }
    occupySlot(delivery)
    return delivery
  }

  /// The same without a slot, for what can't be worked on at once.
  func hold(_ entry: StreamEntry, deliveries: Int, at now: NIODeadline = .now()) -> Delivery? {
    guard leases.insert(entry.position, at: now) else { return nil }
    return Delivery(source: self, entry: entry, deliveries: deliveries)
  }

  func occupySlot(_ delivery: Delivery) {
    slots.take(bytes: delivery.byteCount)
  }

  /// Gives back what a delivery took, after its outcome has been committed or refused for good.
  package func release(_ delivery: Delivery) {
    guard leases.remove(delivery.entry.position) else { return }
    slots.release(bytes: delivery.byteCount)
    if !releaseWaiters.isEmpty { releaseWaiters.removeValue(forKey: delivery.entry.position)?.finish() }
  }

  /// Waits until the entry, if it is held, has been given back.
  func waitForRelease(of id: StreamID) async {
    guard leases.holds(id) else { return }
    let (released, continuation) = AsyncStream.makeStream(of: Void.self)
    releaseWaiters[id] = continuation
    for await _ in released {}
    releaseWaiters[id] = nil
  }

  func leasesDue(after age: TimeAmount, at now: NIODeadline) -> [StreamID] { leases.due(after: age, at: now) }

  func lost(_ ids: some Sequence<StreamID>) {
    leases.lost(ids)
  }

  func isLost(_ id: StreamID) -> Bool { leases.isLost(id) }

  func renewed(_ ids: some Sequence<StreamID>, at instant: NIODeadline) {
    leases.renewed(ids, at: instant)
  }
}
