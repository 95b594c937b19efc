import AgentSDK

/// For each task sends two new messages, one to `payload.list` and one to role `sender` itself, which
/// finishes what is no task.
struct SenderAgent: Agent {
  private struct Text: Encodable { var text: String }
  private struct Order: Decodable { var list: String }

  func process(_ message: Message, context: AgentContext) async throws -> Reply {
    guard message.kind == .task else { return .finish() }
    return try Reply.finish()
      .sending(Text(text: "to a list"), to: .list(try message.decode(Order.self).list))
      .sending(Text(text: "to a role"), to: .role("sender"), kind: .status)
  }
}
