import Synchronization

/// A sign of life of the host's own tasks. They resume on the pool that all of Swift's tasks in the process share, and
/// an agent's tasks that never yield may have all of its threads.
package final class TaskPulse: Sendable {
  private static let interval = Duration.milliseconds(250)

  private let count = Atomic<UInt64>(0)

  package init() {}

  /// How often it has beaten.
  package var beats: UInt64 { count.load(ordering: .relaxed) }

  /// Beats from a task of the pool until that is cancelled.
  @concurrent
  package func run() async {
    repeat {
      count.wrappingAdd(1, ordering: .relaxed)
    } while (try? await Task.sleep(for: Self.interval)) != nil
  }
}
