import Dispatch
import Synchronization

/// The long pause of a ``Watchdog`` while no agent has a thread. It ends as soon as one gets one.
final class WatchdogRest: Sendable {
  private let isUnderWay = Atomic<Bool>(false)
  private let ended = DispatchSemaphore(value: 0)

  /// An agent has got a thread. Called for each piece of work, so it hardly costs anything while nobody rests.
  func end() {
    // What was written down of the work comes first: who rests has either seen it, or is seen here.
    atomicMemoryFence(ordering: .sequentiallyConsistent)
    guard isUnderWay.load(ordering: .relaxed), isUnderWay.exchange(false, ordering: .relaxed) else { return }
    ended.signal()
  }

  /// Returns after `pause`, or with false as soon as there is work.
  func take(_ pause: Duration, unless isWork: () -> Bool) -> Bool {
    defer { isUnderWay.store(false, ordering: .relaxed) }
    // Before the look: what begins after that finds a rest to end.
    isUnderWay.store(true, ordering: .sequentiallyConsistent)
    if isWork() { return false }
    return ended.wait(timeout: .now() + .nanoseconds(Int(pause / .nanoseconds(1)))) == .timedOut
  }
}
