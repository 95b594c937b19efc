import NIOCore
import RedisClient

/// The entries that one consumer holds, and when each was last known to be its own. Pure: the caller has the clock.
struct LeaseTable {
  private var renewals: [StreamID: NIODeadline] = [:]

  var count: Int { renewals.count }

  func holds(_ id: StreamID) -> Bool { renewals[id] != nil }

  /// False where the entry is held already.
  mutating func insert(_ id: StreamID, at now: NIODeadline) -> Bool {
    guard let before = renewals.updateValue(now, forKey: id) else { return true }
    renewals[id] = before
    return false
  }

  /// False where it was not held.
  mutating func remove(_ id: StreamID) -> Bool { renewals.removeValue(forKey: id) != nil }

  /// What was not renewed for `age`, in the order of the stream.
  func due(after age: TimeAmount, at now: NIODeadline) -> [StreamID] {
    renewals.filter { now - $0.value >= age }.keys.sorted()
  }

  /// Somebody else has these now; they stay here until whoever has them at work has given them back.
  mutating func lost(_ ids: some Sequence<StreamID>) {
    for id in ids where renewals[id] != nil { renewals[id] = .distantFuture }
  }

  func isLost(_ id: StreamID) -> Bool { renewals[id] == .distantFuture }

  /// The server has renewed these, no earlier than at `instant`.
  mutating func renewed(_ ids: some Sequence<StreamID>, at instant: NIODeadline) {
    for id in ids where renewals[id] != nil { renewals[id] = instant }
  }
}
