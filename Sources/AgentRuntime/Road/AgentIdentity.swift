/// Who works on a message: the role, and `{short host name}:{pid}:{n}`.
package struct AgentIdentity: Sendable, Hashable {
  package let role: String
  package let agentID: String

  package init(role: String, agentID: String) {
    self.role = role
    self.agentID = agentID
  }
}
