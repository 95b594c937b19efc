import AgentSDK

/// One agent, created and driven through the contract's C functions.
final class LoadedAgent: @unchecked Sendable {
  let host: FakeHost
  // SAFETY: the contract lets these functions be called from any thread until `destroy`.
  private let agent: UnsafePointer<agenthost_agent_v1>

  struct Refused: Error, Equatable { var why: String }

  init(_ type: any Agent.Type, host: FakeHost = FakeHost()) throws {
    self.host = host
    let factory = AgentPlugin.entry(type).pointee.factory
    var why = agenthost_text_v1(bytes: nil, length: 0)
    guard let agent = factory.pointee.create(factory, 0, host.pointer, &why) else {
      throw Refused(why: string(why))
    }
    self.agent = agent
  }

  func start(_ token: UInt64) { agent.pointee.start(agent, token) }
  func stop(_ token: UInt64) { agent.pointee.stop(agent, token) }
  func cancel(_ token: UInt64) { agent.pointee.cancel(agent, token) }
  func destroy() { agent.pointee.destroy(agent) }

  /// Lends the payload for the call only: right after it, the memory holds something else.
  func process(_ token: UInt64, payload: String = "{}", senderRole: String = "external", timeout: Double = 60)
  {
    let none = agenthost_text_v1(bytes: nil, length: 0)
    var payload = payload.utf8.map(CChar.init(bitPattern:))
    var role = senderRole.utf8.map(CChar.init(bitPattern:))
    payload.withUnsafeMutableBufferPointer { payload in
      role.withUnsafeMutableBufferPointer { role in
        var message = agenthost_message_v1(
          conversation_id: none, message_id: none,
          sender_role: agenthost_text_v1(bytes: role.baseAddress, length: role.count), sender_agent_id: none,
          kind: none, payload: agenthost_text_v1(bytes: payload.baseAddress, length: payload.count),
          timeout_seconds: timeout, process_count: .max, deliveries: 1)
        agent.pointee.process(agent, token, &message)
        payload.update(repeating: 0x58)
        role.update(repeating: 0x58)
      }
    }
  }

  /// Processes one message and waits for its completion.
  func outcome(_ token: UInt64, payload: String = "{}") async -> FakeHost.Completion {
    process(token, payload: payload)
    return await host.completion(of: token)
  }
}

/// Holds tasks back until it is opened.
final class Gate: Sendable {
  private let stream: AsyncStream<Never>
  private let continuation: AsyncStream<Never>.Continuation

  init() { (stream, continuation) = AsyncStream.makeStream() }

  func open() { continuation.finish() }

  /// For one task: returns when the gate opens or the task is cancelled.
  func pass() async { for await _ in stream {} }
}
