import NIOCore
import RedisClient

/// Where a reader's loop is, and since when. Pure: the caller has the clock.
struct ReadProgress {
  enum Stage: Equatable {
    /// For slots, or for something to read again after an error: as long as it takes.
    case waiting
    /// For the server, which answers within the time that it blocks, or the connection ends.
    case reading
  }

  /// Twice what a read may take with its margin.
  static let limit = (RoleConsumer.longestBlock + RedisConnection.blockingMargin) * 2

  private var stage = Stage.waiting
  private var since = NIODeadline.now()

  mutating func enter(_ stage: Stage, at now: NIODeadline) {
    self.stage = stage
    since = now
  }

  func isStalled(at now: NIODeadline) -> Bool { stage == .reading && now - since > Self.limit }
}
