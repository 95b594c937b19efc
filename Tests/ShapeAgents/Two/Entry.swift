import AgentSDK

@c @implementation
public func agent_plugin_entry() -> UnsafePointer<agenthost_entry_v1> { AgentPlugin.entry(ShapeAgent.self) }
