/// What surrounds an agent's work.
public struct AgentContext: Sendable {
  /// The role the agent serves: its type's, or what the host's operator calls it.
  public let role: String
  /// The agent's name, for people: its type's.
  public let name: String
  /// Lines in the host's log, marked with the agent and the message in work.
  public let log: AgentLog
  /// The host's life.
  public let session: AgentSession
}
