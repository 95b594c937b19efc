import AgentSDK

/// Reverses `payload.text` by what a reader sees as one character: accents and emoji stay whole.
struct ReverseAgent: Agent {
  private struct Text: Encodable { var text: String }

  func process(_ message: Message, context: AgentContext) async throws -> Reply {
    // As the Python specification reads it: str(payload.get("text")).
    let text = try message.text(of: "text") ?? "None"
    return try .result(Text(text: String(text.reversed())))
  }
}

@c @implementation
public func agent_plugin_entry() -> UnsafePointer<agenthost_entry_v1> {
  AgentPlugin.entry(ReverseAgent.self)
}
