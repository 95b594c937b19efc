import NIOCore

extension IOActor {
  /// Waits by the event loop's own clock; throws at once when the task is cancelled. `Task.sleep` would be woken by
  /// the pool that all of Swift's tasks share.
  package static func sleep(for duration: Duration) async throws(CancellationError) {
    let sleeper = Sleeper()
    await withTaskCancellationHandler {
      await sleeper.sleep(for: duration)
    } onCancel: {
      execute { sleeper.wake() }
    }
    guard Task.isCancelled else { return }
    // Who tries again at once all the same lets the others go on meanwhile.
    await Task.yield()
    throw CancellationError()
  }
}

/// One task that sleeps.
@IOActor
private final class Sleeper {
  private let woken = Condition()
  private var isWoken = false

  func sleep(for duration: Duration) async {
    let timer = IOActor.eventLoop.scheduleTask(in: TimeAmount(duration)) {
      IOActor.assumeIsolated { self.wake() }
    }
    await woken.wait { !isWoken && !Task.isCancelled }
    timer.cancel()
  }

  func wake() {
    isWoken = true
    woken.wakeAll()
  }
}
