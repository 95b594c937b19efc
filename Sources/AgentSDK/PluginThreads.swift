/// Runs one call's tasks on the plugin's own threads, so that an agent that does not yield starves
/// nobody else, and so that the host knows what its threads work on. Where the host offers none, and after
/// `destroy`, on the global pool.
final class PluginThreads: TaskExecutor {
  private let host: HostConnection
  private let token: agenthost_token_v1

  init(host: HostConnection, token: agenthost_token_v1) {
    self.host = host
    self.token = token
  }

  func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    let executor = Unmanaged.passRetained(self)
    // SAFETY: an UnownedJob is one pointer; the host hands it back unread, once, to `run`.
    let pointer = unsafeBitCast(job, to: UnsafeMutableRawPointer.self)
    guard !host.enqueue(token, Self.run, context: executor.toOpaque(), job: pointer) else { return }
    executor.release()
    globalConcurrentExecutor.enqueue(ExecutorJob(job))
  }

  private static let run: @convention(c) (UnsafeMutableRawPointer?, UnsafeMutableRawPointer?) -> Void = {
    context, job in
    guard let context, let job else { return }
    // SAFETY: both are what `enqueue` handed over, and come back once: this takes up its retain.
    let executor = Unmanaged<PluginThreads>.fromOpaque(context).takeRetainedValue()
    unsafeBitCast(job, to: UnownedJob.self).runSynchronously(on: executor.asUnownedTaskExecutor())
  }
}
