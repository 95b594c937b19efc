/// Lines in the host's log. Silent where the host offers none.
public struct AgentLog: Sendable {
  let host: HostConnection
  let token: agenthost_token_v1

  /// What helps to find a mistake.
  public func debug(_ text: @autoclosure () -> String) { write(AGENTHOST_LOG_DEBUG, text) }

  /// What happened.
  public func info(_ text: @autoclosure () -> String) { write(AGENTHOST_LOG_INFO, text) }

  /// What should be looked at.
  public func warning(_ text: @autoclosure () -> String) { write(AGENTHOST_LOG_WARNING, text) }

  /// What went wrong.
  public func error(_ text: @autoclosure () -> String) { write(AGENTHOST_LOG_ERROR, text) }

  private func write(_ level: UInt32, _ text: () -> String) {
    guard host.offersLog else { return }
    host.writeLog(level: level, token: token, text: text())
  }
}
