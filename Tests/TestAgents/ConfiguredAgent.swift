import AgentSDK

/// Answers with what its operator has said to it, and with the role that it serves. It takes no greeting that is empty.
struct ConfiguredAgent: Agent {
  private struct Configuration: Decodable {
    var greeting: String?
    var times: Int?
  }

  private struct Text: Encodable { var text: String }

  private let configuration: Configuration

  init(configuration: AgentConfiguration) throws {
    self.configuration = try configuration.decode(Configuration.self)
    guard self.configuration.greeting != "" else {
      throw AgentConfigurationError(key: "greeting", problem: "says nothing")
    }
  }

  func process(_ message: Message, context: AgentContext) async throws -> Reply {
    let greeting = configuration.greeting ?? "no greeting"
    let text = Array(repeating: greeting, count: configuration.times ?? 1).joined(separator: " ")
    return try .result(Text(text: "\(text) from \(context.role)"))
  }
}
