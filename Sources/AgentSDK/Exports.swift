/// The contract's names (`agenthost_entry_v1`, `agent_plugin_entry`) come with `import AgentSDK`,
/// so that an agent needs one import only.
@_exported public import CAgentABI
