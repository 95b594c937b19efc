import AgentSDK

/// Answers with a text of `payload.size` bytes.
struct HugeAgent: Agent {
  private struct Order: Decodable { var size: Int }
  private struct Text: Encodable { var text: String }

  func process(_ message: Message, context: AgentContext) async throws -> Reply {
    try .result(Text(text: String(repeating: "x", count: try message.decode(Order.self).size)))
  }
}
