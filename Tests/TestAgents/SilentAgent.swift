import AgentSDK

/// Ends every message, and tells nobody.
struct SilentAgent: Agent {
  func process(_ message: Message, context: AgentContext) async throws -> Reply { .nothing }
}
