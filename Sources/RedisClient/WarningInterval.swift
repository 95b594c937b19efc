/// Keeps a warning that has one cause from filling the log: at most one a second.
package struct WarningInterval: Sendable {
  package static let interval = Duration.seconds(1)

  private var last: ContinuousClock.Instant?

  package init() {}

  /// Whether it is time for another line.
  package mutating func elapsed(now: ContinuousClock.Instant = .now) -> Bool {
    if let last, now - last < Self.interval { return false }
    last = now
    return true
  }
}
