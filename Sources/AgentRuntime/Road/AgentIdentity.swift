import Logging

/// Who works on a message: the role, and `{short host name}:{pid}:{n}`.
package struct AgentIdentity: Sendable, Hashable {
  package let role: String
  package let agentID: String

  package init(role: String, agentID: String) {
    self.role = role
    self.agentID = agentID
  }
}

extension AgentIdentity {
  /// What a log's line about this agent bears; `agent` is what its kind is called.
  var logNames: Logger.Metadata { ["agent_id": "\(agentID)", "role": "\(role)"] }
}
