/// An agent that is called again and again, without a message.
public protocol TimedAgent: Agent {
  /// From the end of one call to the next, or from the end of `start` to the first; at least a millisecond. Asked once,
  /// when the agent has been made.
  var timerInterval: Duration { get }

  /// It is time. Never twice at once. A thrown error is logged. After 30 seconds, and when the worker ends, the task is
  /// cancelled; one that took so long is not called again.
  func timerFired(context: AgentContext) async throws
}

extension TimedAgent {
  var timerMilliseconds: UInt32 {
    let (seconds, attoseconds) = timerInterval.components
    let (whole, overflow) = seconds.multipliedReportingOverflow(by: 1000)
    return overflow ? .max : max(1, UInt32(clamping: whole &+ attoseconds / 1_000_000_000_000_000))
  }
}
