import Glibc

/// The processor time of this thread: a busy machine has nothing to do with it. In a file without Foundation, by which
/// the system's types would come in a second way.
enum ThreadTime {
  static func now() -> Duration {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec)
  }
}
