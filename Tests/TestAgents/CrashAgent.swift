import AgentSDK

/// Takes its worker down when the text is "crash".
struct CrashAgent: Agent {
  func process(_ message: Message, context: AgentContext) async throws -> Reply {
    if try message.text(of: "text") == "crash" { fatalError("a crash, as ordered") }
    return .result()
  }
}
