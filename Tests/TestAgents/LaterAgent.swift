import AgentSDK

/// Sends a message to role `silent` in `payload.seconds`, and answers at once.
struct LaterAgent: Agent {
  private struct Order: Decodable { var seconds: Double }

  func process(_ message: Message, context: AgentContext) async throws -> Reply {
    Reply.result().sending(to: .role("silent"), after: .seconds(try message.decode(Order.self).seconds))
  }
}
