/// Every key that agenthost reads or writes; nothing else in the project spells one.
///
/// The names are the specification's. `prefix` (`AGENTHOST_KEY_PREFIX`) goes before all of
/// them; it may be a hash tag such as `{ns}:`.
package struct Keys: Sendable, Equatable {
  package let prefix: String
  /// What the names of all roles' streams begin with: made once, for one of them is asked for with every message.
  private let roleStreams: String
  /// What the names of all requests begin with: one of them is asked for with every request that ends.
  private let requests: String

  package init(prefix: String = "") {
    self.prefix = prefix
    roleStreams = "\(prefix)stream:role:"
    requests = "\(prefix)agenthost:request:"
  }

  /// Work for a role, shared by everyone in its group.
  package func roleStream(_ role: String) -> String { roleStreams + role }
  /// Work for a role, of one priority; normal work lies in the role's own stream.
  package func roleStream(_ role: String, _ priority: Priority) -> String {
    priority == .normal ? roleStream(role) : priorityStream(role, priority)
  }
  /// The stream that names the priority, `normal` too, which clients may write to.
  package func priorityStream(_ role: String, _ priority: Priority) -> String {
    "\(prefix)stream:role:\(role):prio:\(priority.rawValue)"
  }
  /// All streams with work for a role.
  package func lanes(_ role: String) -> [String] {
    [roleStream(role)] + Priority.allCases.map { priorityStream(role, $0) }
  }
  /// The role of a stream that is called so behind the common beginning of all roles' streams.
  func role(ofStreamNamed name: String) -> String {
    for priority in Priority.allCases where name.hasSuffix(":prio:\(priority.rawValue)") {
      return String(name.dropLast(":prio:\(priority.rawValue)".count))
    }
    return name
  }
  /// The group on a role's streams. Groups lie within their stream, so they take no prefix.
  package func roleGroup(_ role: String) -> String { "cg:role:\(role)" }
  /// Work for one agent.
  package func agentStream(_ agentID: String) -> String { "\(prefix)stream:agent:\(agentID)" }
  package func agentGroup(_ agentID: String) -> String { "cg:agent:\(agentID)" }
  /// A list for replies, by the name it has in envelopes: `result:…`.
  package func resultList(_ name: String) -> String { "\(prefix)\(name)" }
  /// How the names of lists for replies begin.
  package var resultLists: String { resultList("result:") }
  /// Messages of a role that nobody can work on.
  package func deadLetters(_ role: String) -> String { "\(prefix)dlq:role:\(role)" }
  /// Messages for a role that are not due yet: a sorted set by the server's time in milliseconds.
  package func delayed(_ role: String) -> String { "\(prefix)agenthost:delayed:\(role)" }
  /// What has become of a request: a ``RequestState``.
  package func request(_ messageID: String) -> String { requests + messageID }
  /// The way of a request that has ended: a ``KeptTrace``.
  package func trace(_ messageID: String) -> String { "\(prefix)agenthost:trace:\(messageID)" }
  /// The same, of the request with this key.
  func trace(ofRequest key: String) -> String {
    trace(String(decoding: key.utf8.dropFirst(request("").utf8.count), as: UTF8.self))
  }
  /// Which code an agent has run, since when: a list.
  package func code(_ agentID: String) -> String { "\(prefix)agenthost:code:\(agentID)" }
  /// The request that a producer's key stands for.
  package func idempotency(_ key: String) -> String { "\(prefix)agenthost:idempotency:\(key)" }
  /// Requests that were cancelled lately: a sorted set by the time until which they are remembered.
  package var cancelled: String { "\(prefix)agenthost:cancelled" }
  /// What operators want of all hosts: a hash with a version.
  package var desired: String { "\(prefix)agenthost:desired" }
  /// Workers that the code of this hash has killed lately: a sorted set by time.
  package func crashes(_ hash: String) -> String { "\(prefix)agenthost:crashes:\(hash)" }
  /// A worker that lives, by its incarnation.
  package func host(_ incarnation: String) -> String { "\(prefix)agenthost:host:\(incarnation)" }
  /// Commands for every host.
  package var broadcastAll: String { "\(prefix)broadcast:all" }
  /// What happens to agents.
  package var lifecycleEvents: String { broadcastRole(Self.lifecycleRole) }

  /// The role that hears what happens to agents.
  package static let lifecycleRole = "stat"
  /// Commands for the hosts of a role.
  package func broadcastRole(_ role: String) -> String { "\(prefix)broadcast:role:\(role)" }
}
