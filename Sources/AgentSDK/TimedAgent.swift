/// An agent that is called again and again, without a message.
public protocol TimedAgent: Agent {
  /// From the end of one call to the next, or from the end of `start` to the first; at least a millisecond. Agents are
  /// called together: one of a second or more may become half a second longer or shorter, one of five seconds or more two
  /// and a half. Asked when the agent has been made, and again just before each call, for the wait after it.
  var timerInterval: Duration { get }

  /// It is time. Never twice at once. A thrown error is logged. After 30 seconds, and when the worker ends, the task is
  /// cancelled; one that took so long is not called again.
  func timerFired(context: AgentContext) async throws
}

extension TimedAgent {
  /// Yes.
  public static var _isTimed: Bool { true }

  /// `timerInterval`.
  public var _timerInterval: Duration { timerInterval }

  /// Calls `timerFired`.
  public func _timerFired(context: AgentContext) async throws { try await timerFired(context: context) }
}

extension Agent {
  /// Of its timer; 0 where it has none.
  var timerMilliseconds: UInt32 {
    guard Self._isTimed else { return 0 }
    let (seconds, attoseconds) = _timerInterval.components
    let (whole, overflow) = seconds.multipliedReportingOverflow(by: 1000)
    return overflow ? .max : max(1, UInt32(clamping: whole &+ attoseconds / 1_000_000_000_000_000))
  }
}
