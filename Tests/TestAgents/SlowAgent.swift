import AgentSDK
import Glibc

/// Takes `payload.seconds`, and says so when it is cancelled before. Where the environment says so, its start takes
/// a while too.
struct SlowAgent: Agent {
  private struct Work: Decodable { var seconds: Double }

  func start(context: AgentContext) async throws {
    guard getenv("TEST_SLOW_START") != nil else { return }
    context.log.info("slow: starts")
    try await Task.sleep(for: .seconds(8))
  }

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
