import NIOCore

/// When it may be looked for lapsed leases. After the server was away, every lease looks lapsed: nobody could
/// renew. So its holders get time to do that first, and also at the start: who is new does not know how long the server
/// was away before. Pure: the caller has the clock.
struct TakeoverPace {
  private enum State {
    case watching
    case away
    case holdingBack(until: NIODeadline)
  }

  private let policy: LeasePolicy
  private var state = State.away

  init(policy: LeasePolicy) {
    self.policy = policy
  }

  /// The server could not be reached.
  mutating func failed() {
    state = .away
  }

  /// The server has answered, after `latency`. Whether what is idle now has really lapsed.
  mutating func answered(after latency: TimeAmount, at now: NIODeadline) -> Bool {
    if latency > policy.absence { state = .away }
    switch state {
    case .watching: return true
    case .away:
      state = .holdingBack(until: now + policy.graceAfterAbsence)
      return false
    case .holdingBack(let end):
      if now < end { return false }
      state = .watching
      return true
    }
  }
}
