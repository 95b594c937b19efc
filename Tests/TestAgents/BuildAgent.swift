import AgentSDK

/// Answers with a text that a test can exchange in the built library, and so make another build of it.
struct BuildAgent: Agent {
  private struct Text: Encodable { var text: String }

  func process(_ message: Message, context: AgentContext) async throws -> Reply {
    try .result(Text(text: "this is the first of two builds"))
  }
}
