import Synchronization

/// A sign of life of the pool that all of Swift's tasks in the process share. Tasks of the host's own do without it;
/// those of agents, and whatever these wait for in time, do not, and one agent's tasks that never yield may have all of
/// its threads.
package final class TaskPulse: Sendable {
  private let count = Atomic<UInt64>(0)
  private let isAsked = Atomic<Bool>(false)

  package init() {}

  /// How often it has beaten.
  package var beats: UInt64 { count.load(ordering: .relaxed) }

  /// Has it beat once more, as soon as the pool has a thread for it; one that is still to come is enough.
  func ask() {
    if isAsked.exchange(true, ordering: .relaxed) { return }
    // Owned by nobody, since nobody must ever wait for it.
    Task.detached {
      self.count.wrappingAdd(1, ordering: .relaxed)
      self.isAsked.store(false, ordering: .relaxed)
    }
  }
}
