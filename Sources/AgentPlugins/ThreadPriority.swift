import Glibc

/// The priorities of plugins' threads. On Linux each thread has one of its own; it can go down at any time, and up only
/// by a privilege that a worker has not.
enum ThreadPriority {
  /// An agent that keeps a processor busy must not keep the host from reading and committing.
  static let atWork: Int32 = 10
  /// For one that has kept a processor busy for long, and for systems that do not let it idle.
  static let lowered: Int32 = 19
  /// SCHED_IDLE, by a name that the C library shows to no Swift: it has what all others leave, and any that wakes up
  /// takes the processor from it at once.
  static let idlePolicy: Int32 = 5

  private static let which = __priority_which_t(PRIO_PROCESS.rawValue)

  /// What threads of plugins begin with: the process may have been started with less than they are given.
  private static let first = (
    niceness: max(atWork, getpriority(which, id_t(getpid()))), policy: sched_getscheduler(getpid())
  )

  /// Of the calling thread, as one of a plugin's. Where it can't be had, it stays as it is.
  static func begin() {
    setpriority(which, 0, atWork)
  }

  /// Whether the calling thread has less than threads of plugins begin with: it was started by one that was lowered.
  static var isLowered: Bool {
    getpriority(which, 0) > first.niceness
      || (sched_getscheduler(0) == idlePolicy && first.policy != idlePolicy)
  }

  /// What `thread`, by the kernel's number, has had of the processors; zero when it has ended.
  static func processorTime(of thread: UInt32) -> Duration {
    // How Linux names the clock of one thread, by its bits: not the number, scheduler's time, a thread's.
    let clock = clockid_t(truncatingIfNeeded: ~Int64(thread) << 3 | 2 | 4)
    var time = timespec()
    guard clock_gettime(clock, &time) == 0 else { return .zero }
    return .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec)
  }

  /// `thread`: the kernel's number. One that has ended stays ended.
  static func lower(_ thread: UInt32) {
    setpriority(which, id_t(thread), lowered)
    var none = sched_param()
    sched_setscheduler(pid_t(thread), idlePolicy, &none)
  }
}
