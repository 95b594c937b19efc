import DequeModule
import Glibc

/// A piece of work for a plugin's threads.
package enum PluginWork: Sendable {
  /// A job of the plugin's own, by "agenthost.threads/1".
  case job(PluginJob)
  /// A call of the host's into the plugin: start or stop of an agent, or nothing that a record would name.
  case call(of: CrashRecord.Agent = .none, @Sendable () -> Void)
  /// A message for an agent.
  case message(AgentInstance, CallToken, any AgentMessage)
}

/// What a plugin handed over: a function, and two pointers that only it understands.
package struct PluginJob: @unchecked Sendable {
  // SAFETY: the contract lets the host call this once from another thread.
  let agent: CrashRecord.Agent
  /// Of the call that it is part of; 0 for none.
  let token: UInt64
  let run: @convention(c) (UnsafeMutableRawPointer?, UnsafeMutableRawPointer?) -> Void
  let context: UnsafeMutableRawPointer?
  let job: UnsafeMutableRawPointer?
}

/// The threads of one plugin: started on demand up to a limit, idle when there is nothing to
/// do. A plugin that spins or blocks takes its own threads out and nobody else's.
///
/// A thread whose priority the watchdog has lowered does not get it back, and what it starts inherits it. So when it has
/// given its work back it ends as soon as others can take what is queued, and the next one is started by whoever hands
/// work over. Until it ends there may be another in its place, which waits: never more than `maximum` are at work.
package final class PluginThreads: @unchecked Sendable {
  /// Threads of one plugin.
  package static let defaultMaximum = 4

  private let record: CrashRecord?
  private let name: String
  // SAFETY: everything below `maximum` is read and written under `mutex` only.
  private let maximum: Int
  private let mutex: UnsafeMutablePointer<pthread_mutex_t>
  private let condition: UnsafeMutablePointer<pthread_cond_t>
  private var queue: Deque<PluginWork> = []
  private var threads = 0
  /// Threads that have been asked for and do not look at the queue yet.
  private var starting = 0
  private var idle = 0
  private var atWork = 0
  /// Threads, among those at work, that have found themselves lowered.
  private var leaving = 0
  private var retired = false

  /// `record`: where it is written down what the threads do.
  package init(name: String, maximum: Int = PluginThreads.defaultMaximum, record: CrashRecord? = nil) {
    self.name = String(name.prefix(15))
    self.maximum = maximum
    self.record = record
    mutex = .allocate(capacity: 1)
    condition = .allocate(capacity: 1)
    pthread_mutex_init(mutex, nil)
    pthread_cond_init(condition, nil)
  }

  deinit {
    // Threads hold a reference, so none is left.
    pthread_cond_destroy(condition)
    pthread_mutex_destroy(mutex)
    condition.deallocate()
    mutex.deallocate()
  }

  package func enqueue(_ work: PluginWork) {
    enqueue(contentsOf: CollectionOfOne(work))
  }

  /// Hands over many pieces under one lock and with as few wake-ups as there are threads.
  package func enqueue(contentsOf work: some Collection<PluginWork>) {
    pthread_mutex_lock(mutex)
    queue.append(contentsOf: work)
    let wanted = min(queue.count, maximum)
    var toStart = min(maximum - (threads - leaving), max(0, wanted - idle))
    let toWake = min(idle, wanted)
    threads += toStart
    starting += toStart
    for _ in 0..<toWake { pthread_cond_signal(condition) }
    pthread_mutex_unlock(mutex)
    while toStart > 0 {
      startThread()
      toStart -= 1
    }
  }

  /// Takes back a message that no thread has begun with; what nobody waits for does not fill the queue.
  package func discard(_ token: CallToken) {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    queue.removeAll { work in
      if case .message(_, token, _) = work { true } else { false }
    }
  }

  /// Lets the threads end once nothing is queued; work that comes later starts them again.
  package func retire() {
    pthread_mutex_lock(mutex)
    retired = true
    pthread_cond_broadcast(condition)
    pthread_mutex_unlock(mutex)
  }

  private func startThread() {
    var thread = pthread_t()
    let context = Unmanaged.passRetained(self)
    let failure = pthread_create(
      &thread, nil,
      { context in
        // SAFETY: the reference taken above is handed to the thread, and released by it.
        if let context { Unmanaged<PluginThreads>.fromOpaque(context).takeRetainedValue().work() }
        return nil
      }, context.toOpaque())
    guard failure == 0 else {
      context.release()
      return threadFailedToStart()
    }
    pthread_detach(thread)
  }

  /// The system has no thread left: the others take the work. Without any, the next enqueue tries again.
  private func threadFailedToStart() {
    pthread_mutex_lock(mutex)
    threads -= 1
    starting -= 1
    pthread_mutex_unlock(mutex)
  }

  /// Shows in `top -H` and in core files whose thread it is; no more than a convenience.
  private func nameThisThread() {
    let comm = open("/proc/thread-self/comm", O_WRONLY | O_CLOEXEC)
    guard comm >= 0 else { return }
    _ = name.withCString { write(comm, $0, strlen($0)) }
    close(comm)
  }

  private func work() {
    nameThisThread()
    ThreadPriority.begin()
    let thread = record?.enterThread() ?? -1
    var isLowered = ThreadPriority.isLowered
    pthread_mutex_lock(mutex)
    starting -= 1
    if isLowered { leaving += 1 }
    // One that is lowered never waits: it would be there for the next piece, before a new thread.
    while !(isLowered && canDoWithout) {
      if atWork < maximum, let next = queue.popFirst() {
        atWork += 1
        pthread_mutex_unlock(mutex)
        perform(next, on: thread)
        pthread_mutex_lock(mutex)
        atWork -= 1
        if !isLowered, record?.isLowered(thread) == true {
          isLowered = true
          leaving += 1
        }
      } else if retired {
        break
      } else {
        record?.idle(thread)
        idle += 1
        pthread_cond_wait(condition, mutex)
        idle -= 1
      }
    }
    if isLowered { leaving -= 1 }
    threads -= 1
    // To those in whose favour it ends.
    for _ in 0..<min(idle, queue.count) { pthread_cond_signal(condition) }
    pthread_mutex_unlock(mutex)
    record?.leaveThread(thread)
  }

  /// Under the mutex: whether all that is queued is taken without the calling thread.
  private var canDoWithout: Bool { queue.count <= idle + starting || atWork == maximum }

  private func perform(_ work: PluginWork, on thread: Int32) {
    switch work {
    case .job(let job):
      record?.run(job.agent, job.token, on: thread)
      job.run(job.context, job.job)
    case .call(let agent, let call):
      record?.run(agent, 0, on: thread)
      call()
    case .message(let agent, let token, let message):
      record?.run(agent.recorded, token.rawValue, on: thread)
      agent.process(token, message)
    }
  }
}

extension PluginThreads {
  /// Runs `body` on one of the threads and waits for it, however long it takes.
  package func run<Value: Sendable>(_ body: @escaping @Sendable () -> Value) async -> Value {
    await withCheckedContinuation { continuation in
      enqueue(.call { continuation.resume(returning: body()) })
    }
  }
}
