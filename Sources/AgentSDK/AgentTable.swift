/// The functions of `agenthost_agent_v1` over an `AgentInstance`.
enum AgentTable {
  /// Gives the instance to the table; `destroy` takes both back.
  static func make(_ instance: AgentInstance) -> UnsafePointer<agenthost_agent_v1> {
    let table = UnsafeMutablePointer<agenthost_agent_v1>.allocate(capacity: 1)
    // SAFETY: the table holds one reference to the instance, which `destroy` releases.
    table.initialize(
      to: agenthost_agent_v1(
        context: Unmanaged.passRetained(instance).toOpaque(),
        start: { agent, token in held(by: agent)?.start(token) },
        process: { agent, token, message in
          // The copy is made here, before the host's text ends with this call.
          held(by: agent)?.process(token, Message(copying: message.pointee))
        },
        cancel: { agent, token in held(by: agent)?.cancel(token) },
        stop: { agent, token in held(by: agent)?.stop(token) },
        destroy: { agent in release(agent) },
        get_extension: { agent, id in held(by: agent)?.ability(String(cString: id)) }))
    return UnsafePointer(table)
  }
}

// Functions at file scope, for one of a type would be captured, and C takes no captures.

func held(by agent: UnsafePointer<agenthost_agent_v1>) -> AgentInstance? {
  // SAFETY: the table is ours, and its context is the instance until `destroy`.
  agent.pointee.context.map { Unmanaged<AgentInstance>.fromOpaque($0).takeUnretainedValue() }
}

private func release(_ agent: UnsafePointer<agenthost_agent_v1>) {
  guard let context = agent.pointee.context else { return }
  // SAFETY: takes up the retain of `make`; the host calls nothing of this agent again.
  let instance = Unmanaged<AgentInstance>.fromOpaque(context).takeRetainedValue()
  instance.close()
  let table = UnsafeMutablePointer(mutating: agent)
  table.deinitialize(count: 1)
  table.deallocate()
}
