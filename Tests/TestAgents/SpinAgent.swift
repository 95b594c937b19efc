import AgentSDK
import Glibc

/// Keeps its thread for `payload.seconds`: by spinning, or by blocking where `payload.blocks` says so. With
/// `payload.detached` it is so many tasks of its own that spin, on the pool that all of the process share, while the
/// message is answered; only where the file `payload.once` is not there yet, which it makes.
struct SpinAgent: Agent {
  private struct Work: Decodable {
    var seconds: Double
    var blocks: Bool?
    var detached: Int?
    var once: String?
  }

  func process(_ message: Message, context: AgentContext) async throws -> Reply {
    let work = try message.decode(Work.self)
    if let detached = work.detached {
      guard let once = work.once, close(open(once, O_CREAT | O_EXCL | O_WRONLY, 0o600)) == 0 else {
        return .result()
      }
      for _ in 0..<detached { Task.detached { Self.spin(work.seconds) } }
    } else if work.blocks == true {
      usleep(useconds_t(work.seconds * 1e6))
    } else {
      Self.spin(work.seconds)
    }
    return .result()
  }

  private static func spin(_ seconds: Double) {
    let end = ContinuousClock.now + .seconds(seconds)
    while ContinuousClock.now < end {}
  }
}
