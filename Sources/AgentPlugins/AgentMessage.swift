package import CAgentABI

/// A message on its way to an agent. The host keeps the bytes; the agent borrows them.
package protocol AgentMessage: AnyObject, Sendable {
  /// Calls `body` with the message in the contract's form, valid until `body` returns.
  func withMessage(_ body: (UnsafePointer<agenthost_message_v1>) -> Void)

  /// Calls `body` with the id of its entry, the stream that holds it, and the message's id.
  func withIdentity(
    _ body: (_ entry: UnsafeRawBufferPointer, _ stream: String, _ messageID: UnsafeRawBufferPointer) -> Void)
}

/// A message that is given to an agent.
package protocol AssignedMessage: AgentMessage {
  /// Who works on it.
  var instance: AgentInstance { get }
}
