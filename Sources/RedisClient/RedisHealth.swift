/// How it stands with the server: what is known without asking it.
package struct RedisHealth: Sendable, Equatable {
  package enum State: Sendable, Equatable {
    case connected
    /// Not connected since then, and about to be again.
    case reconnecting(since: ContinuousClock.Instant)
    case closed
  }

  package private(set) var state: State
  /// How long answers to PING took.
  package private(set) var latency = LatencyWindow()
  /// Connections that were lost or could not be made, and PINGs that were not answered as they should.
  package private(set) var failures = 0

  init(now: ContinuousClock.Instant) {
    state = .reconnecting(since: now)
  }

  mutating func answered(after latency: Duration) {
    self.latency.add(latency)
  }

  mutating func failed() {
    failures += 1
  }

  /// A connection stands; how long there was none, or nil where there was one.
  mutating func connected(now: ContinuousClock.Instant) -> Duration? {
    guard case .reconnecting(let since) = state else { return nil }
    state = .connected
    return now - since
  }

  /// No connection is left. False where that was so before.
  mutating func disconnected(now: ContinuousClock.Instant) -> Bool {
    guard case .connected = state else { return false }
    state = .reconnecting(since: now)
    return true
  }

  mutating func closed() {
    state = .closed
  }
}
