/// Decides from when on tasks do not run: by a pulse that one of them has, and a clock that is handed in.
///
/// A process that was stopped, or whose machine slept, finds the clock far ahead, and its tasks have not had the time.
/// So no look counts for more than ``longestStep``, however long ago the one before was.
package struct PulseWatch: Sendable {
  package static let longestStep = Duration.milliseconds(500)
  /// A machine that has much else to do may keep tasks for a while; that takes no worker down, whatever the limit.
  package static let shortestLimit = Duration.seconds(3)

  private let limit: Duration
  private var beats: UInt64 = 0
  private var lastLook: Duration?
  private var still = Duration.zero

  /// `limit`: how long the pulse may stand still; ``shortestLimit`` at the least.
  package init(limit: Duration) {
    self.limit = max(limit, Self.shortestLimit)
  }

  /// How long the pulse has stood still, once that is too long. Before its first beat it is not missed.
  package mutating func look(at beats: UInt64, now: Duration) -> Duration? {
    defer { lastLook = now }
    guard beats == self.beats, beats > 0, let lastLook else {
      self.beats = beats
      still = .zero
      return nil
    }
    still += min(now - lastLook, Self.longestStep)
    return still >= limit ? still : nil
  }
}
