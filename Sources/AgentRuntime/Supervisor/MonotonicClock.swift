import Glibc

/// Time that only goes forward, whatever is done to the wall clock.
package enum MonotonicClock {
  package static func now() -> Duration {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec)
  }

  /// What `poll` takes: never early, and never more than it can hold. Nil (no deadline) waits for ever.
  package static func pollTimeout(until deadline: Duration?, now: Duration) -> Int32 {
    guard let deadline else { return -1 }
    guard deadline > now else { return 0 }
    let (seconds, attoseconds) = (deadline - now).components
    let milliseconds = seconds * 1_000 + (attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000
    return Int32(clamping: milliseconds)
  }
}

extension Duration {
  /// For people; what is below a millisecond is dropped.
  var wholeMilliseconds: Int64 { components.seconds * 1000 + components.attoseconds / 1_000_000_000_000_000 }
}
