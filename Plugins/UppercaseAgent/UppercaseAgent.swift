import AgentSDK

/// Upper-cases `payload.text` as Unicode has it: ß becomes SS.
struct UppercaseAgent: Agent {
  private struct Text: Encodable { var text: String }

  func process(_ message: Message, context: AgentContext) async throws -> Reply {
    // As the Python specification reads it: str(payload.get("text")).
    let text = try message.text(of: "text") ?? "None"
    return try .result(Text(text: text.uppercased()))
  }
}

@c @implementation
public func agent_plugin_entry() -> UnsafePointer<agenthost_entry_v1> {
  AgentPlugin.entry(UppercaseAgent.self)
}
