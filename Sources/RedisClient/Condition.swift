/// Tasks that wait until something is so.
@IOActor
package final class Condition {
  private var waiting: [CheckedContinuation<Void, Never>] = []

  package nonisolated init() {}

  /// Waits for the next wake-up, where `mustWait` still holds by then: a task may leave its actor in any call of an
  /// asynchronous function, so whoever looks first and waits then misses what is between.
  package func wait(while mustWait: @IOActor () -> Bool) async {
    await withCheckedContinuation { continuation in
      if mustWait() { waiting.append(continuation) } else { continuation.resume() }
    }
  }

  /// One that waits, the last that came. Returns whether there was one.
  @discardableResult
  package func wakeOne() -> Bool {
    guard let next = waiting.popLast() else { return false }
    next.resume()
    return true
  }

  package func wakeAll() {
    let woken = waiting
    waiting = []
    for next in woken { next.resume() }
  }
}
