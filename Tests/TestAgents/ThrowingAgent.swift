import AgentSDK

/// Fails with every message.
struct ThrowingAgent: Agent {
  private struct Refusal: Error, CustomStringConvertible {
    let description = "this agent works on nothing"
  }

  func process(_ message: Message, context: AgentContext) async throws -> Reply { throw Refusal() }
}
