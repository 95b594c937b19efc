import AgentStreams
import RedisClient

/// What becomes of a message that its agent wants to be given again.
enum RetryDecision: Equatable {
  case again(milliseconds: Int)
  /// It was given to agents as often as may be.
  case giveUp(deliveries: Int)
  /// Its request's deadline would have passed by then.
  case tooLate

  /// The first wait that the host chooses is up to this; each further one up to twice the one before.
  private static let firstWait = Duration.seconds(1)
  private static let longestWait = Duration.seconds(300)

  /// `asked`: milliseconds that the agent wants to wait, 0 where it leaves that to the host. `remaining`: seconds to
  /// the deadline.
  init(asked: Int, deliveries: Int, maximumDeliveries: Int, remaining: Double?) {
    guard deliveries < maximumDeliveries else {
      self = .giveUp(deliveries: deliveries)
      return
    }
    var backoff = Backoff(first: Self.firstWait, limit: Self.longestWait, attempts: deliveries - 1)
    let milliseconds = asked > 0 ? asked : max(1, Int(backoff.next() / .milliseconds(1)))
    if let remaining, Double(milliseconds) / 1000 >= remaining {
      self = .tooLate
    } else {
      self = .again(milliseconds: milliseconds)
    }
  }
}
