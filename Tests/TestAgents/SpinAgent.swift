import AgentSDK
import Glibc

/// Keeps its thread for `payload.seconds`: by spinning, or by blocking where `payload.blocks` says so.
struct SpinAgent: Agent {
  private struct Work: Decodable {
    var seconds: Double
    var blocks: Bool?
  }

  func process(_ message: Message, context: AgentContext) async throws -> Reply {
    let work = try message.decode(Work.self)
    if work.blocks == true {
      usleep(useconds_t(work.seconds * 1e6))
    } else {
      let end = ContinuousClock.now + .seconds(work.seconds)
      while ContinuousClock.now < end {}
    }
    return .result()
  }
}
