import AgentPlugins
import AgentStreams
import RedisClient

/// Hands what is said to agents to those of this worker that listen.
///
/// What happens to the worker's own agents they hear without the server: the last of it is said when little time is left,
/// and commands are not heard any more.
@IOActor
final class Broadcasts {
  private let registry: AgentRegistry
  private let identity: HostIdentity

  init(registry: AgentRegistry, identity: HostIdentity) {
    self.registry = registry
    self.identity = identity
  }

  /// `agentID`: the agent that it is an event of, where it is one.
  func hear(_ text: String, of agentID: String?, to addressee: ControlChannel.Addressee) {
    switch addressee {
    case .all: hand(Broadcast(role: nil, text: text))
    case .role(let role):
      if role == Keys.lifecycleRole, let agentID, identity.includes(agentID) { return }
      hand(Broadcast(role: role, text: text))
    }
  }

  /// An event of one of this worker's agents.
  func hear(ownEvent text: String) { hand(Broadcast(role: Keys.lifecycleRole, text: text)) }

  private func listeners(_ role: String?) -> [ServedAgent] {
    registry.listeners.filter { role == nil || role == $0.identity.role }
  }

  private func hand(_ broadcast: Broadcast) {
    for agent in listeners(broadcast.role) { agent.instance.hear(broadcast) }
  }
}
