/// What is told of a server that goes and comes back: each cause once, and at most one line a second.
struct ConnectionReport {
  private var interval = WarningInterval()
  private var toldCause: String?

  /// The connection was lost, or an attempt failed. Nil where there is nothing to tell.
  mutating func failed(_ error: RedisError, now: ContinuousClock.Instant = .now) -> String? {
    let cause = error.description
    guard cause != toldCause, interval.elapsed(now: now) else { return nil }
    toldCause = cause
    return "\(cause); trying again"
  }

  /// Nil where its absence was not told.
  mutating func connected(after absence: Duration) -> String? {
    defer { toldCause = nil }
    guard toldCause != nil else { return nil }
    let tenths = absence / .milliseconds(100)
    return "Redis is back after \(tenths.rounded() / 10) s"
  }
}
