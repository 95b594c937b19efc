import CAgentABI

/// What an agent can do beyond working on messages.
struct AgentAbilities {
  // SAFETY: the contract has them be valid as long as the agent; they are called only while it is entered.
  let broadcast: UnsafePointer<agenthost_broadcast_v1>?
  let timer: UnsafePointer<agenthost_timer_v1>?
  let isObserver: Bool

  /// [loader]
  init(of agent: UnsafePointer<agenthost_agent_v1>) {
    func ability<Table>(_ identifier: String, _: Table.Type) -> UnsafePointer<Table>? {
      // SAFETY: an extension's id names its type.
      agent.pointee.get_extension(agent, identifier)?.assumingMemoryBound(to: Table.self)
    }
    broadcast = ability(AGENTHOST_EXTENSION_BROADCAST, agenthost_broadcast_v1.self)
    timer = ability(AGENTHOST_EXTENSION_TIMER, agenthost_timer_v1.self)
    isObserver = ability(AGENTHOST_EXTENSION_OBSERVER, agenthost_observer_v1.self) != nil
  }
}
