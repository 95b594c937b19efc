import AgentSDK

@c @implementation
public func agent_plugin_entry() -> UnsafePointer<agenthost_entry_v1> {
  AgentPlugin.entry(
    SlowAgent.self, ThrowingAgent.self, HugeAgent.self, SilentAgent.self, SenderAgent.self, LoopAgent.self,
    CrashAgent.self, BuildAgent.self, RetryAgent.self, LaterAgent.self, SpinAgent.self,
    EaterAgent.self, ConfiguredAgent.self, WatchingAgent.self)
}
