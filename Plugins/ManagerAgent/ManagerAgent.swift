import AgentSDK

/// Leads a text through the demo: first to `uppercase`, then to `reverse`, then to whoever asked.
struct ManagerAgent: Agent {
  private struct Stage: Encodable { var stage: String }

  func process(_ message: Message, context: AgentContext) async throws -> Reply {
    if try Failures.carried(by: message) { return .finish() }
    // As the Python specification reads it: payload.get("stage", "start").
    let stage = try message.text(of: "stage") ?? "start"
    switch (message.kind, stage) {
    case (.task, "start"): return try .forward(Stage(stage: "upper"), to: .role("uppercase"))
    case (.result, "upper"): return try .forward(Stage(stage: "reverse"), to: .role("reverse"))
    case (.result, "reverse"): return .finish()
    default:
      return .finish().appendingError(
        code: "manager.stage", message: "Unknown stage '\(stage)' for kind '\(message.kind)'")
    }
  }
}

/// The payload's `errors`: what went wrong on the way, which ends the pipeline.
private struct Failures: Decodable {
  /// An entry; what it says is for the caller.
  struct Failure: Decodable {}

  var errors: [Failure]?

  static func carried(by message: Message) throws -> Bool {
    try message.decode(Failures.self).errors?.isEmpty == false
  }
}

@c @implementation
public func agent_plugin_entry() -> UnsafePointer<agenthost_entry_v1> {
  AgentPlugin.entry(ManagerAgent.self)
}
