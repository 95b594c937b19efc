import RedisClient

/// One life of a worker, from its start to its death; its consumers are known by it.
@IOActor
final class Life {
  enum End: Equatable {
    case crash
    case killed(by: Ledger.Entry)
    case asItShould
  }

  let incarnation: String
  private(set) var end: End?
  /// When something last went wrong for this worker that may cost it a lease.
  private(set) var disturbed: Int
  var isFrozen = false

  init(incarnation: String) {
    self.incarnation = incarnation
    disturbed = .min / 2
  }

  func disturb(at now: Int) {
    disturbed = now
  }

  func end(by end: End) {
    self.end = end
  }

  /// Whether it renews all that it knows to hold, and has done so for `duration`.
  func isWell(at now: Int, for duration: Int) -> Bool {
    end == nil && !isFrozen && now - disturbed > duration
  }
}
