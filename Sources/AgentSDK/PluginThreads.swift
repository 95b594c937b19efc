/// Runs one call's tasks on the plugin's own threads, so that an agent that does not yield starves
/// nobody else, and so that the host knows what its threads work on. Where the host offers none, and after
/// `destroy`, on the global pool.
final class PluginThreads: TaskExecutor, @unchecked Sendable {
  // SAFETY: `first` is changed by the thread that makes the task alone, and never again once `runFirst` has let it
  // begin; all else never changes.

  /// What becomes of the first job: the beginning of the task that this is made for.
  private enum First {
    /// It is kept when it comes.
    case kept(UnownedJob?)
    /// It goes the way of all others.
    case handedOver
  }

  private let host: HostConnection
  private let token: agenthost_token_v1
  private var first: First

  /// `keepsFirst`: whoever makes a task with it calls `runFirst` then.
  init(host: HostConnection, token: agenthost_token_v1, keepsFirst: Bool = false) {
    self.host = host
    self.token = token
    first = keepsFirst ? .kept(nil) : .handedOver
  }

  func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    if case .kept(nil) = first {
      first = .kept(job)
      return
    }
    let executor = Unmanaged.passRetained(self)
    // SAFETY: an UnownedJob is one pointer; the host hands it back unread, once, to `run`.
    let pointer = unsafeBitCast(job, to: UnsafeMutableRawPointer.self)
    guard !host.enqueue(token, Self.run, context: executor.toOpaque(), job: pointer) else { return }
    executor.release()
    globalConcurrentExecutor.enqueue(ExecutorJob(job))
  }

  /// Lets the task begin on the calling thread, which is one of the plugin's already: what an agent does until it waits
  /// for something needs no other.
  func runFirst() {
    guard case .kept(let job) = first else { return }
    first = .handedOver
    job?.runSynchronously(on: asUnownedTaskExecutor())
  }

  private static let run: @convention(c) (UnsafeMutableRawPointer?, UnsafeMutableRawPointer?) -> Void = {
    context, job in
    guard let context, let job else { return }
    // SAFETY: both are what `enqueue` handed over, and come back once: this takes up its retain.
    let executor = Unmanaged<PluginThreads>.fromOpaque(context).takeRetainedValue()
    unsafeBitCast(job, to: UnownedJob.self).runSynchronously(on: executor.asUnownedTaskExecutor())
  }
}
