import AgentSDK

/// Keeps `payload.mebibytes` of memory for good, and gives everything else back.
struct EaterAgent: Agent {
  private struct Work: Decodable { var mebibytes: Int }

  func process(_ message: Message, context: AgentContext) async throws -> Reply {
    let bytes = try message.decode(Work.self).mebibytes << 20
    let memory = UnsafeMutablePointer<UInt8>.allocate(capacity: bytes)
    memory.initialize(repeating: 1, count: bytes)
    return .result()
  }
}
