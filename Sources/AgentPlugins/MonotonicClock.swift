import Glibc

/// The clock by which threads wait.
enum MonotonicClock {
  private static let second: UInt64 = 1_000_000_000

  /// In nanoseconds.
  static func now() -> UInt64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return UInt64(time.tv_sec) * second + UInt64(time.tv_nsec)
  }

  /// An instant of this clock, as the C library takes it.
  static func time(_ nanoseconds: UInt64) -> timespec {
    timespec(tv_sec: Int(nanoseconds / second), tv_nsec: Int(nanoseconds % second))
  }
}
