import AgentSDK
import Synchronization

/// Keeps `payload.mebibytes` of memory for good.
struct EaterAgent: Agent {
  private struct Work: Decodable { var mebibytes: Int }

  /// What nobody could ever look at again, the compiler would not let it take.
  private static let kept = Mutex<[UInt]>([])

  func process(_ message: Message, context: AgentContext) async throws -> Reply {
    let bytes = try message.decode(Work.self).mebibytes << 20
    let memory = UnsafeMutablePointer<UInt8>.allocate(capacity: bytes)
    memory.initialize(repeating: 1, count: bytes)
    Self.kept.withLock { $0.append(UInt(bitPattern: memory)) }
    return .result()
  }
}
