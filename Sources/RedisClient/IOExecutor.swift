import NIOCore
import Synchronization

/// Runs the event loop's isolated code, and, in a process that asks for it, all of the process's own tasks.
///
/// A task passes through the pool that all of Swift's tasks share whenever it is isolated to nothing, and an agent's
/// tasks that never yield may have all of that pool's threads. With this as its preferred executor it does not.
final class IOExecutor: SerialExecutor, TaskExecutor {
  private let eventLoop: any EventLoop
  /// Whether jobs are those of tasks that prefer this executor.
  private let isPreferred = Atomic<Bool>(false)

  init(eventLoop: any EventLoop) {
    self.eventLoop = eventLoop
  }

  func prefer() {
    isPreferred.store(true, ordering: .relaxed)
  }

  func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    eventLoop.execute { [self] in run(job) }
  }

  /// A task that finds itself on another task executor than it prefers changes it at each call of an asynchronous
  /// function, also within one actor: a round through the loop each time, in which others get in between.
  private func run(_ job: UnownedJob) {
    if isPreferred.load(ordering: .relaxed) {
      job.runSynchronously(isolatedTo: asUnownedSerialExecutor(), taskExecutor: asUnownedTaskExecutor())
    } else {
      job.runSynchronously(on: asUnownedSerialExecutor())
    }
  }

  func asUnownedSerialExecutor() -> UnownedSerialExecutor { UnownedSerialExecutor(ordinary: self) }

  func checkIsolated() { eventLoop.preconditionInEventLoop() }

  func isIsolatingCurrentContext() -> Bool? { eventLoop.inEventLoop }
}
