/// What it would mean if a command took effect twice.
package enum CommandEffect: Sendable {
  /// It must not: it is sent again only where it surely was not executed.
  case once
  /// Nothing: it only reads, or the second time changes nothing.
  case repeatable
}

/// Whether a command that failed is sent again, and how long to wait before. The only place where that is decided.
struct RetryPolicy {
  private let effect: CommandEffect
  private var left: Int
  private var backoff = Backoff()

  init(effect: CommandEffect, attempts: Int) {
    self.effect = effect
    left = attempts
  }

  /// The wait before the next attempt; nil where there is none.
  mutating func wait(after error: RedisError) -> Duration? {
    guard left > 0, mayRepeat(after: error) else { return nil }
    left -= 1
    return backoff.next()
  }

  private func mayRepeat(after error: RedisError) -> Bool {
    switch error {
    // It never left this process.
    case .unreachable: true
    case .connectionLost, .timedOut: effect == .repeatable
    case .response(let text):
      [.passing, .replica].contains(ResponseMeaning(of: text))
        && (effect == .repeatable || !ResponseMeaning.comesFromScript(text))
    // The same command would meet the same again.
    case .notSent, .protocolViolation, .unexpectedReply, .invalidAddress: false
    }
  }
}
