import Glibc

/// The time as envelopes have it.
package enum WallClock {
  /// Seconds since 1970, in whole microseconds.
  package static func now() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return Double(time.tv_sec * 1_000_000 + time.tv_nsec / 1000) / 1e6
  }

  /// To whole microseconds: finer than any clock of another machine, and quick to write.
  package static func rounded(_ seconds: Double) -> Double { (seconds * 1e6).rounded() / 1e6 }
}
