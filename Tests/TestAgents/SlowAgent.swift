import AgentSDK
import Glibc

/// Takes `payload.seconds`, and says so when it is cancelled before. Where the environment names a file, it
/// starts when that is there.
struct SlowAgent: Agent {
  private struct Work: Decodable { var seconds: Double }

  func start(context: AgentContext) async throws {
    guard let file = getenv("TEST_START_FILE").map({ String(cString: $0) }) else { return }
    context.log.info("slow: starts")
    while access(file, F_OK) != 0 { try await Task.sleep(for: .milliseconds(20)) }
  }

  func process(_ message: Message, context: AgentContext) async throws -> Reply {
    context.log.info("slow: begins \(message.messageID)")
    do {
      try await Task.sleep(for: .seconds(try message.decode(Work.self).seconds))
    } catch {
      context.log.info("slow: cancelled \(message.messageID)")
      throw error
    }
    context.log.debug("slow: ends \(message.messageID)")
    return .result()
  }
}
