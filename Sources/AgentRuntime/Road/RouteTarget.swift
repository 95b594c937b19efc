/// Where an envelope goes.
enum RouteTarget: Sendable, Equatable {
  case role(String)
  case agent(String)
  case resultList(String)
  /// The default reply, to whoever sent the message. `list` where the sender is outside.
  case reply(role: String, list: String?)

  var role: String? {
    switch self {
    case .role(let role), .reply(let role, _): role
    case .agent, .resultList: nil
    }
  }

  var agentID: String? { if case .agent(let agentID) = self { agentID } else { nil } }

  var list: String? { if case .resultList(let list) = self { list } else { nil } }

  /// What the envelope is for whoever gets it.
  var kind: String {
    switch self {
    case .role, .agent: "task"
    case .resultList, .reply: "result"
    }
  }
}
