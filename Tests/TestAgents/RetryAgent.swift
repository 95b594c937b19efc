import AgentSDK

/// Wants a message again until it has been given it `payload.times` times, after `payload.seconds` each time.
struct RetryAgent: Agent {
  private struct Order: Decodable {
    var times: Int
    var seconds: Double?
  }

  private struct Answer: Encodable {
    var text: String
  }

  func process(_ message: Message, context: AgentContext) async throws -> Reply {
    let order = try message.decode(Order.self)
    guard message.deliveries < order.times else {
      return try .result(Answer(text: "given \(message.deliveries) times"))
    }
    return .retry(after: order.seconds.map { .seconds($0) }, reason: "not yet")
  }
}
