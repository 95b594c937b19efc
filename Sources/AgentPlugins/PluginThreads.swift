import DequeModule
import Glibc

/// A piece of work for a plugin's threads.
package enum PluginWork: Sendable {
  /// A job of the plugin's own, by "agenthost.threads/1".
  case job(PluginJob)
  /// A call of the host's into the plugin: start or stop of an agent, or nothing that a record would name.
  case call(of: CrashRecord.Agent = .none, @Sendable () -> Void)
  /// A message for an agent.
  case message(CallToken, any AssignedMessage)
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
///
/// While there is work, one of the idle threads watches: it looks again and again whether somebody comes for what is
/// queued, and so does whoever hands more over. So no more threads need to be woken than pieces of work as long as the last ones ask for; where one takes longer,
/// the others are woken a moment later.
package final class PluginThreads: @unchecked Sendable {
  // SAFETY: all that changes, below `mutex`, is read and written under it only.

  /// Threads of one plugin.
  package static let defaultMaximum = 4

  /// Between two looks of the thread that watches, in nanoseconds.
  private static let watchInterval = 5_000_000
  /// The same while each of its looks finds that somebody came: a thread that wakes up to see that all is well costs others
  /// the processor.
  private static let longestWatchInterval = 20_000_000

  private let record: CrashRecord?
  private let name: String
  private let maximum: Int
  private let mutex: UnsafeMutablePointer<pthread_mutex_t>
  /// Idle threads wait here.
  private let calls = Semaphore()
  /// The thread that watches waits here.
  private let watching: UnsafeMutablePointer<pthread_cond_t>
  private var queue: Deque<PluginWork> = []
  private var threads = 0
  /// Threads that have been asked for and do not look at the queue yet.
  private var starting = 0
  /// Threads that wait, but for the one that watches.
  private var idle = 0
  /// Threads, among those that are idle, that have been woken and do not look at the queue yet.
  private var woken = 0
  private var isWatched = false
  /// Whether nothing has been begun for so long that nobody needs to watch.
  private var isQuiet = true
  private var demand = ThreadDemand()
  private var progress = QueueProgress()
  /// Pieces of work that threads have begun with.
  private var begun: UInt64 = 0
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
    pthread_mutex_init(mutex, nil)
    watching = .allocate(capacity: 1)
    var attributes = pthread_condattr_t()
    pthread_condattr_init(&attributes)
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
    pthread_cond_init(watching, &attributes)
    pthread_condattr_destroy(&attributes)
  }

  deinit {
    // Threads hold a reference, so none is left.
    calls.destroy()
    pthread_cond_destroy(watching)
    pthread_mutex_destroy(mutex)
    watching.deallocate()
    mutex.deallocate()
  }

  package func enqueue(_ work: PluginWork) {
    enqueue(contentsOf: CollectionOfOne(work))
  }

  /// Hands over many pieces under one lock and with as few wake-ups as may be.
  package func enqueue(contentsOf work: some Collection<PluginWork>) {
    pthread_mutex_lock(mutex)
    let isStuck = !queue.isEmpty && progress.isStuck(begun: begun, at: MonotonicClock.now())
    if queue.isEmpty { progress = QueueProgress() }
    queue.append(contentsOf: work)
    let called = callThreads(for: queue.count, isStuck: isStuck)
    pthread_mutex_unlock(mutex)
    wake(called)
  }

  /// Threads that are to come: who wakes them holds the mutex no more, or they would wait for that.
  private struct CalledThreads {
    /// Of those that are idle.
    var waiting = 0
    var toStart = 0

    var isNobody: Bool { waiting == 0 && toStart == 0 }
  }

  /// Under the mutex: which threads are to come for so many pieces of work. `isStuck`: nobody has come for a while.
  private func callThreads(for pieces: Int, isStuck: Bool = false) -> CalledThreads {
    let asked = min(demand.threads(for: pieces, beside: max(0, atWork - leaving) + woken), maximum)
    // Where nobody watches, or whoever does has to come, too, each piece of work has a thread: any may take long.
    let missing = isWatched && asked <= idle && !isStuck ? asked : min(pieces, maximum)
    let toStart = min(maximum - (threads - leaving), max(0, missing - idleThreads))
    threads += toStart
    starting += toStart
    return callIdle(missing, starting: toStart)
  }

  private var idleThreads: Int { idle + (isWatched ? 1 : 0) }

  /// Under the mutex: so many threads of those that are idle, the one that watches last.
  private func callIdle(_ count: Int, starting toStart: Int = 0) -> CalledThreads {
    let toWake = min(idle - woken, count)
    woken += toWake
    // Here and now: between two looks it would not notice.
    if count > idle, isWatched { pthread_cond_signal(watching) }
    return CalledThreads(waiting: toWake, toStart: toStart)
  }

  /// Not under the mutex.
  private func wake(_ called: CalledThreads) {
    for _ in 0..<called.waiting { calls.post() }
    for _ in 0..<called.toStart { startThread() }
  }

  /// Takes back a message that no thread has begun with; what nobody waits for does not fill the queue.
  package func discard(_ token: CallToken) {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    queue.removeAll { work in
      if case .message(token, _) = work { true } else { false }
    }
  }

  /// Lets the threads end once nothing is queued; work that comes later starts them again.
  package func retire() {
    pthread_mutex_lock(mutex)
    retired = true
    let called = callIdle(.max)
    pthread_mutex_unlock(mutex)
    wake(called)
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
    var run = ThreadDemand.Run()
    pthread_mutex_lock(mutex)
    starting -= 1
    if isLowered { leaving += 1 }
    // One that is lowered never waits: it would be there for the next piece, before a new thread.
    while !(isLowered && canDoWithout) {
      if atWork < maximum, let next = queue.popFirst() {
        atWork += 1
        begun &+= 1
        isQuiet = false
        pthread_mutex_unlock(mutex)
        run.begins()
        perform(next, on: thread)
        run.ended()
        pthread_mutex_lock(mutex)
        atWork -= 1
        if run.isLong { run.tell(&demand) }
        if !isLowered, record?.isLowered(thread) == true {
          isLowered = true
          leaving += 1
        }
      } else if retired {
        break
      } else {
        run.tell(&demand)
        record?.idle(thread)
        waitForWork()
      }
    }
    if isLowered { leaving -= 1 }
    threads -= 1
    // Those in whose favour it ends.
    let called = callIdle(queue.count)
    pthread_mutex_unlock(mutex)
    wake(called)
    record?.leaveThread(thread)
  }

  /// Under the mutex, which is given up meanwhile.
  private func waitForWork() {
    // The only thread has nobody to watch.
    guard !isWatched, !isQuiet, threads > 1 else {
      idle += 1
      pthread_mutex_unlock(mutex)
      calls.wait()
      pthread_mutex_lock(mutex)
      idle -= 1
      woken -= 1
      return
    }
    isWatched = true
    watch()
    isWatched = false
    // Others may have come to rest, or have not been woken, since somebody watched.
    callOthers()
  }

  /// Under the mutex: returns when there is something to do, or when there has been nothing for a while.
  private func watch() {
    var seen = begun
    var interval = Self.watchInterval
    while waitWhileWatching(nanoseconds: interval) {
      if begun == seen {
        // Nobody comes for what is queued; or nothing is, and whoever is at work may be for long: each piece that comes has
        // a thread then.
        isQuiet = queue.isEmpty
        return
      }
      seen = begun
      interval = min(interval * 2, Self.longestWatchInterval)
    }
  }

  /// Under the mutex, which is given up meanwhile: for what the calling thread leaves to others.
  private func callOthers() {
    let called = callThreads(for: max(0, queue.count - 1))
    if called.isNobody { return }
    pthread_mutex_unlock(mutex)
    wake(called)
    pthread_mutex_lock(mutex)
  }

  /// Under the mutex: false where it was woken before its time.
  private func waitWhileWatching(nanoseconds: Int) -> Bool {
    var end = MonotonicClock.time(MonotonicClock.now() + UInt64(nanoseconds))
    return pthread_cond_timedwait(watching, mutex, &end) == ETIMEDOUT && !retired
  }

  /// Under the mutex: whether all that is queued is taken without the calling thread.
  private var canDoWithout: Bool { queue.count <= idleThreads + starting || atWork == maximum }

  private func perform(_ work: PluginWork, on thread: Int32) {
    switch work {
    case .job(let job):
      record?.run(job.agent, job.token, on: thread)
      job.run(job.context, job.job)
    case .call(let agent, let call):
      record?.run(agent, 0, on: thread)
      call()
    case .message(let token, let message):
      let agent = message.instance
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
