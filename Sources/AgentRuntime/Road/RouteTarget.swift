/// Where an envelope goes.
enum RouteTarget: Sendable, Equatable {
  case role(String, stream: String)
  case agent(String)
  case resultList(String)
  /// The default reply, to the role that sent the message.
  case reply(role: String, stream: String)
  /// The default reply to whoever is outside.
  case replyOutside(role: String, list: String)

  var role: String? {
    switch self {
    case .role(let role, _), .reply(let role, _), .replyOutside(let role, _): role
    case .agent, .resultList: nil
    }
  }

  var agentID: String? { if case .agent(let agentID) = self { agentID } else { nil } }

  var list: String? { if case .resultList(let list) = self { list } else { nil } }

  /// What the envelope is for whoever gets it.
  var kind: String {
    switch self {
    case .role, .agent: "task"
    case .resultList, .reply, .replyOutside: "result"
    }
  }
}
