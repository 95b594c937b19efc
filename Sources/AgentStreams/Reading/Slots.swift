import DequeModule
package import RedisClient

/// How much one agent may hold at once. A reader reserves what it then asks the server for, so a slow agent
/// leaves its messages in the stream, where others can take them, and two readers of one agent together ask for
/// no more than there is room for.
@IOActor
package final class Slots {
  /// Bytes of envelopes that one agent may hold; what is read beyond is the size of one batch.
  package nonisolated static let defaultByteLimit = 64 << 20

  private struct Waiter {
    let limit: Int
    let continuation: CheckedContinuation<Int, Never>
  }

  package nonisolated let capacity: Int
  private let byteLimit: Int
  private var taken = 0
  private var reserved = 0
  private var bytes = 0
  private(set) var isClosed = false
  private(set) var isPaused = false
  private var waiting: Deque<Waiter> = []
  /// Set by a reader that blocks with a reservation: others need what it may not come to use.
  var interruptBlocked: (@IOActor () -> Void)?

  package nonisolated init(capacity: Int, byteLimit: Int = Slots.defaultByteLimit) {
    self.capacity = capacity
    self.byteLimit = byteLimit
  }

  /// Whether somebody waits for what is reserved.
  var isWanted: Bool { !waiting.isEmpty }

  package var free: Int {
    isClosed || isPaused || bytes >= byteLimit ? 0 : max(0, capacity - taken - reserved)
  }

  /// Waits its turn, and until something is free; reserves it, up to `limit`, and says how much. 0 once the slots
  /// are closed. What is reserved is given back by `cancelReservation`.
  package func reserve(upTo limit: Int) async -> Int {
    if isClosed { return 0 }
    if waiting.isEmpty, free > 0 { return grant(limit) }
    if reserved > 0 { interruptBlocked?() }
    return await withCheckedContinuation { continuation in
      waiting.append(Waiter(limit: limit, continuation: continuation))
      // What has come free meanwhile has met nobody who waits.
      resumeWaiting()
    }
  }

  /// After the read, and after what it brought has been taken.
  package func cancelReservation(_ count: Int) {
    reserved -= count
    resumeWaiting()
  }

  func take(bytes: Int) {
    taken += 1
    self.bytes += bytes
  }

  func release(bytes: Int) {
    taken -= 1
    self.bytes -= bytes
    resumeWaiting()
  }

  /// Nothing is granted until `resume`; whoever blocks with a reservation is told.
  package func pause() {
    isPaused = true
    if reserved > 0 { interruptBlocked?() }
  }

  package func resume() {
    isPaused = false
    resumeWaiting()
  }

  /// No reader gets anything more.
  package func close() {
    isClosed = true
    resumeWaiting()
  }

  private func grant(_ limit: Int) -> Int {
    let count = min(free, limit)
    reserved += count
    return count
  }

  private func resumeWaiting() {
    if waiting.isEmpty { return }
    while isClosed || free > 0, let waiter = waiting.popFirst() {
      waiter.continuation.resume(returning: grant(waiter.limit))
    }
  }
}
