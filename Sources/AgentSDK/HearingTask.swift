import Synchronization

/// Hands broadcasts to an agent, one after the other, from its start to its stop.
final class HearingTask: Sendable {
  /// Broadcasts that wait for an agent; the oldest is lost beyond them.
  private static let maximumWaiting = 1024

  private let waiting: AsyncStream<Broadcast>
  private let queue: AsyncStream<Broadcast>.Continuation
  private let task = Mutex<Task<Void, Never>?>(nil)

  init() {
    (waiting, queue) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(Self.maximumWaiting))
  }

  func begin(on executor: PluginThreads, _ hear: @escaping @Sendable (Broadcast) async -> Void) {
    let waiting = waiting
    task.withLock { task in
      task = Task(executorPreference: executor) { for await broadcast in waiting { await hear(broadcast) } }
    }
  }

  func add(_ broadcast: Broadcast) { queue.yield(broadcast) }

  /// Returns when the last has been heard.
  func end() async {
    queue.finish()
    await task.withLock { $0 }?.value
  }
}
