import AgentEnvelope
import Logging

/// Who works on a message: the role, and `{short host name}:{pid}:{n}`. An object, since each message holds it.
package final class AgentIdentity: Sendable {
  package let role: String
  package let agentID: String
  let sender: EnvelopeSender

  package init(role: String, agentID: String) {
    self.role = role
    self.agentID = agentID
    sender = EnvelopeSender(role: role, agentID: agentID)
  }
}

extension AgentIdentity {
  /// What a log's line about this agent bears; `agent` is what its kind is called.
  var logNames: Logger.Metadata { ["agent_id": "\(agentID)", "role": "\(role)"] }
}
