/// How long to wait before a child that died is started again.
///
/// The first death is answered at once. A child that then dies again soon after it was ready, or before,
/// waits: 100 ms, doubled each time, to 5 s. One steady life starts the count anew.
package struct RestartBackoff: Equatable, Sendable {
  package static let shortestDelay = Duration.milliseconds(100)
  package static let longestDelay = Duration.seconds(5)
  /// A death within this time of being ready is an early one.
  package static let earlyDeath = Duration.seconds(5)
  /// A life of this length forgets the deaths before it.
  package static let steadyLife = Duration.seconds(30)

  private var diedBefore = false
  private var nextDelay = shortestDelay

  package init() {}

  /// The delay after a death; `readyFor` is nil for a child that was never ready.
  package mutating func delay(readyFor: Duration?) -> Duration {
    if let readyFor, readyFor >= Self.steadyLife { self = RestartBackoff() }
    let isFirst = !diedBefore
    diedBefore = true
    let isEarly = readyFor.map { $0 < Self.earlyDeath } ?? true
    guard isEarly, !isFirst else { return .zero }
    defer { nextDelay = min(nextDelay * 2, Self.longestDelay) }
    return nextDelay
  }
}
