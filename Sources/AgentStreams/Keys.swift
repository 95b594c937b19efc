/// Every key that agenthost reads or writes; nothing else in the project spells one.
///
/// The names are the specification's. `prefix` (`AGENTHOST_KEY_PREFIX`) goes before all of
/// them; it may be a hash tag such as `{ns}:`.
package struct Keys: Sendable, Equatable {
  package let prefix: String

  package init(prefix: String = "") {
    self.prefix = prefix
  }

  /// Work for a role, shared by everyone in its group.
  package func roleStream(_ role: String) -> String { "\(prefix)stream:role:\(role)" }
  /// The group on a role's stream. Groups lie within their stream, so they take no prefix.
  package func roleGroup(_ role: String) -> String { "cg:role:\(role)" }
  /// Work for one agent.
  package func agentStream(_ agentID: String) -> String { "\(prefix)stream:agent:\(agentID)" }
  package func agentGroup(_ agentID: String) -> String { "cg:agent:\(agentID)" }
  /// A list for replies, by the name it has in envelopes: `result:…`.
  package func resultList(_ name: String) -> String { "\(prefix)\(name)" }
  /// Messages of a role that nobody can work on.
  package func deadLetters(_ role: String) -> String { "\(prefix)dlq:role:\(role)" }
  /// Commands for every host.
  package var broadcastAll: String { "\(prefix)broadcast:all" }
  /// Commands for the hosts of a role.
  package func broadcastRole(_ role: String) -> String { "\(prefix)broadcast:role:\(role)" }
}
