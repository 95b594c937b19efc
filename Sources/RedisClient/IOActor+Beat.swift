package import NIOCore

extension IOActor {
  /// Of this process, in nanoseconds: two that were started together are not in step.
  private static let phase = UInt64.random(in: 0..<UInt64(TimeAmount.hours(1).nanoseconds))

  /// Waits for the next of the instants that lie `interval` apart in this process: loops that look at something every so
  /// often are woken together, and their commands go out in one write. Throws at once when the task is cancelled.
  package static func sleep(untilNext interval: Duration) async throws(CancellationError) {
    try await sleep(for: timeToNextBeat(every: interval, at: .now()))
  }

  /// How long a command is to block on the server so as to be answered at the next of these instants: a number of
  /// milliseconds, and never 0, which is for ever.
  package nonisolated static func block(untilNext interval: TimeAmount) -> TimeAmount {
    let left = TimeAmount(timeToNextBeat(every: .nanoseconds(interval.nanoseconds), at: .now()))
    return .milliseconds(left.nanoseconds / 1_000_000 + 1)
  }

  /// How long to wait so as to be woken together with loops that look every so often, about `interval` from now: half
  /// a second early or late at most, and where it is five seconds or more, two and a half. Exactly `interval` where it is
  /// less than a second.
  package nonisolated static func timeToBeat(in interval: Duration, at now: NIODeadline = .now()) -> Duration
  {
    guard interval >= .seconds(1) else { return interval }
    // What most loops do that have nothing to do.
    let beat = Duration.seconds(interval >= .seconds(5) ? 5 : 1)
    let least = interval - beat / 2
    return least + timeToNextBeat(every: beat, at: now + TimeAmount(least))
  }

  package nonisolated static func timeToNextBeat(every interval: Duration, at now: NIODeadline = .now())
    -> Duration
  {
    let length = UInt64(max(1, TimeAmount(interval).nanoseconds))
    return .nanoseconds(Int64(length - (now.uptimeNanoseconds + phase) % length))
  }
}
