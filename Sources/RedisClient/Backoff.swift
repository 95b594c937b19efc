/// How long to wait before the next attempt: doubling, with full jitter, up to a limit.
/// The only place where waits between attempts are computed.
package struct Backoff: Sendable {
  private let first: Duration
  private let limit: Duration
  private var attempts = 0

  /// `attempts`: how many have been made before.
  package init(first: Duration = .milliseconds(50), limit: Duration = .seconds(2), attempts: Int = 0) {
    self.first = first
    self.limit = limit
    self.attempts = attempts
  }

  /// The upper end of the next wait.
  var ceiling: Duration { min(limit, first * (1 << min(attempts, 20))) }

  /// The next wait; at least a tenth of its upper end, so that no attempt follows at once.
  package mutating func next() -> Duration {
    let wait = ceiling * Double.random(in: 0.1...1)
    attempts += 1
    return wait
  }

  package mutating func reset() {
    attempts = 0
  }
}
