import AgentSDK

/// Takes `payload.seconds`, and says so when it is cancelled before.
struct SlowAgent: Agent {
  private struct Work: Decodable { var seconds: Double }

  func process(_ message: Message, context: AgentContext) async throws -> Reply {
    context.log.info("slow: begins \(message.messageID)")
    do {
      try await Task.sleep(for: .seconds(try message.decode(Work.self).seconds))
    } catch {
      context.log.info("slow: cancelled \(message.messageID)")
      throw error
    }
    return .result()
  }
}
