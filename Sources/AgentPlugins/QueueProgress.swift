/// Whether anybody comes for what is queued, as those find who hand more over. A value; the caller has the clock.
struct QueueProgress {
  /// Nanoseconds for which nobody may have come.
  static let limit: UInt64 = 5_000_000

  /// How many pieces of work had been begun when it was looked first, and when that was.
  private var first: (begun: UInt64, at: UInt64)?

  /// To be asked with each piece that meets others in the queue: whether none has been begun for longer than the limit.
  mutating func isStuck(begun: UInt64, at now: UInt64) -> Bool {
    guard let first, first.begun == begun else {
      first = (begun, now)
      return false
    }
    return now - first.at > Self.limit
  }
}
