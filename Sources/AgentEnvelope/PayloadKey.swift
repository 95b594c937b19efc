/// The payload keys that mean something to the host.
package enum PayloadKey {
  /// Errors gathered on the way: an array of `{code, message}`.
  package static let errors: StaticString = "errors"
  /// What this host adds to a message. An agent can neither drop nor forge it.
  package static let host: StaticString = "__agenthost"
  /// Seconds an agent may take for the message.
  package static let timeout: StaticString = "__agent_timeout_sec"
}
