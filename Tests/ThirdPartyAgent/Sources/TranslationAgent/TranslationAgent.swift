import AgentSDK

/// Translates `payload.text` into `payload.language`, word by word; a text with a word that it does not know goes
/// on to the role `payload.otherwise`. The first message of a language opens its glossary, and is wanted again.
actor TranslationAgent: Agent {
  struct Order: Decodable {
    var text: String
    var language: String
    var otherwise: String?
  }

  struct Answer: Encodable {
    var text: String
  }

  static let version = "1.2"
  static let concurrency = 4

  private var glossaries: [String: Glossary] = [:]

  func start(context: AgentContext) async throws {
    context.log.info("\(context.role): \(Self.version) starts")
  }

  func process(_ message: Message, context: AgentContext) async throws -> Reply {
    // Whoever got it on answers to its sender: to this role.
    guard message.kind == .task else { return .finish() }
    let order = try message.decode(Order.self)
    guard let glossary = glossaries[order.language] else {
      glossaries[order.language] = try Glossary(of: order.language)
      return .retry(after: .milliseconds(50), reason: "the glossary was not open yet")
    }
    do {
      return try .result(Answer(text: try glossary.translation(of: order.text)))
    } catch let error as TranslationError {
      guard case .unknownWord = error, let role = order.otherwise else { throw error }
      context.log.warning("\(context.role): \(error); \(role) may know it")
      return .forward(to: .role(role))
    }
  }

  func stop() async {
    glossaries = [:]
  }
}
