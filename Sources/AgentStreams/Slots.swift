import DequeModule
package import RedisClient

/// How much one agent may hold at once. A reader asks for no more than is free, so a slow
/// agent leaves its messages in the stream, where others can take them.
@IOActor
package final class Slots {
  /// Bytes of envelopes that one agent may hold; what is read beyond is the size of one batch.
  package nonisolated static let defaultByteLimit = 64 << 20

  package nonisolated let capacity: Int
  private let byteLimit: Int
  private var taken = 0
  private var bytes = 0
  private var isClosed = false
  private var waiting: Deque<CheckedContinuation<Void, Never>> = []

  package nonisolated init(capacity: Int, byteLimit: Int = Slots.defaultByteLimit) {
    self.capacity = capacity
    self.byteLimit = byteLimit
  }

  package var free: Int { isClosed || bytes >= byteLimit ? 0 : max(0, capacity - taken) }

  /// Waits until something is free and says how many; 0 once the slots are closed.
  package func waitForFree() async -> Int {
    while free == 0, !isClosed {
      await withCheckedContinuation { waiting.append($0) }
    }
    return free
  }

  func take(bytes: Int) {
    taken += 1
    self.bytes += bytes
  }

  func release(bytes: Int) {
    taken -= 1
    self.bytes -= bytes
    if free > 0 { resumeWaiting() }
  }

  /// No reader gets anything more.
  package func close() {
    isClosed = true
    resumeWaiting()
  }

  private func resumeWaiting() {
    while let waiter = waiting.popFirst() { waiter.resume() }
  }
}
