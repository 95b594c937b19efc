import AgentSDK

/// Gives every message to itself.
struct LoopAgent: Agent {
  func process(_ message: Message, context: AgentContext) async throws -> Reply {
    .forward(to: .role("loop"))
  }
}
