/// Decides which requests' ways are kept: all, up to a number a second, and of those that failed as many again.
///
/// A value, moved by requests and a clock that is handed in.
struct TraceSampling: Sendable {
  private struct Allowance {
    var left: Double
    var since: Duration
  }

  /// 0: every request.
  private let rate: Double
  private var done: Allowance
  private var failed: Allowance

  /// `rate` in requests a second.
  init(rate: Double, now: Duration) {
    self.rate = rate
    let full = Allowance(left: max(1, rate), since: now)
    (done, failed) = (full, full)
  }

  mutating func keeps(failed isFailed: Bool, now: Duration) -> Bool {
    if rate == 0 { return true }
    return isFailed ? take(\.failed, now) : take(\.done, now)
  }

  private mutating func take(_ path: WritableKeyPath<TraceSampling, Allowance>, _ now: Duration) -> Bool {
    var allowance = self[keyPath: path]
    defer { self[keyPath: path] = allowance }
    allowance.left = min(max(1, rate), allowance.left + rate * ((now - allowance.since) / .seconds(1)))
    allowance.since = now
    guard allowance.left >= 1 else { return false }
    allowance.left -= 1
    return true
  }
}
