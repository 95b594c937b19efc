/// How long to wait before a child that died is started again.
///
/// The first death is answered at once. A child that then dies again soon after it was ready, or before,
/// waits: 100 ms, doubled each time, to 5 s. One steady life starts the count anew. A death of which it is known whose
/// code it was needs no wait, since that code is called to account; a number of them without a steady life does.
package struct RestartBackoff: Equatable, Sendable {
  package static let shortestDelay = Duration.milliseconds(100)
  package static let longestDelay = Duration.seconds(5)
  /// A death within this time of being ready is an early one.
  package static let earlyDeath = Duration.seconds(5)
  /// A life of this length forgets the deaths before it.
  package static let steadyLife = Duration.seconds(30)

  /// Deaths that are answered at once because they are explained.
  package static let maximumExplained = 16

  private var explained = 0
  private var diedBefore = false
  private var nextDelay = shortestDelay

  package init() {}

  /// The delay after a death; `readyFor` is nil for a child that was never ready.
  package mutating func delay(readyFor: Duration?, isExplained: Bool = false) -> Duration {
    if let readyFor, readyFor >= Self.steadyLife { self = RestartBackoff() }
    if isExplained, readyFor != nil, explained < Self.maximumExplained {
      explained += 1
      return .zero
    }
    let isFirst = !diedBefore
    diedBefore = true
    let isEarly = readyFor.map { $0 < Self.earlyDeath } ?? true
    guard isEarly, !isFirst else { return .zero }
    defer { nextDelay = min(nextDelay * 2, Self.longestDelay) }
    return nextDelay
  }
}
