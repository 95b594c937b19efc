/// What is told of commands that failed: at most one line a second for each cause, whoever met it. Pure: the caller
/// has the clock.
struct FailureReport {
  private struct Cause {
    var interval = WarningInterval()
    var untold = 0
  }

  /// Causes that are told apart; a server that makes up more is one cause.
  private static let maximumCauses = 32
  private static let noAnswer: Substring = "no answer"

  private var causes: [Substring: Cause] = [:]

  /// The line, nil where it is not to be told. `what` failed with `error`.
  mutating func failed(_ what: String, _ error: RedisError, now: ContinuousClock.Instant = .now) -> String? {
    var name = Self.noAnswer
    if case .response(let text) = error { name = text.prefix { $0 != " " } }
    if causes[name] == nil, causes.count >= Self.maximumCauses { name = Self.noAnswer }
    var cause = causes[name, default: Cause()]
    defer { causes[name] = cause }
    guard cause.interval.elapsed(now: now) else {
      cause.untold += 1
      return nil
    }
    let more = cause.untold > 0 ? " (and \(cause.untold) more like it)" : ""
    cause.untold = 0
    return "\(what), trying again: \(error)\(more)"
  }
}
