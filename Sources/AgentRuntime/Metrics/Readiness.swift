import NIOCore
import RedisClient

/// Whether a worker can take messages, for whoever sends it some.
struct Readiness: Sendable, Equatable {
  /// Outcomes that wait longer for the server's answer are no progress.
  static let longestStandstill = TimeAmount.seconds(30)

  var hasLoaded = false
  var redis = RedisHealth.State.closed
  var standstill = TimeAmount.zero

  /// Why it can't; empty: it can.
  var problems: [String] {
    var problems: [String] = []
    if !hasLoaded { problems.append("the agents are not loaded yet") }
    if redis != .connected { problems.append("there is no connection to Redis") }
    if standstill > Self.longestStandstill {
      problems.append("no outcome was committed for \(standstill.nanoseconds / 1_000_000_000) s")
    }
    return problems
  }
}
