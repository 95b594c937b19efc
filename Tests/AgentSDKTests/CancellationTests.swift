import AgentSDK
import Dispatch
import Synchronization
import Testing

@Suite("Cancelling a call", .timeLimit(.minutes(4)))
struct CancellationTests {
  @Test("a cancel that races with its call is never lost, and ends it once")
  func races() async throws {
    let agent = try LoadedAgent(EndlessAgent.self)
    let tokens = 1...3_000 as ClosedRange<UInt64>
    let both = DispatchQueue(label: "race", attributes: .concurrent)
    for token in tokens {
      if token % 2 == 0 {
        both.async { agent.process(token) }
        both.async { agent.cancel(token) }
      } else {
        both.async { agent.cancel(token) }
        both.async { agent.process(token) }
      }
      try #require(await agent.host.completion(of: token) == .failed("cancelled"))
    }
    #expect((agent.host.completed, agent.host.repeated) == (tokens.count, 0))
    agent.destroy()
  }

  @Test("a cancel before the call, and twice after its end")
  func beforeAndAfter() async throws {
    let agent = try LoadedAgent(EndlessAgent.self)
    agent.cancel(1)
    #expect(await agent.outcome(1) == .failed("cancelled"))
    agent.cancel(1)
    agent.cancel(1)
    #expect((agent.host.completed, agent.host.repeated) == (1, 0))
    agent.destroy()
  }

  @Test("cancels of unknown tokens are remembered up to a limit, the oldest go first")
  func limit() async throws {
    let agent = try LoadedAgent(ThrowingAgent.self)
    for token in 1...257 as ClosedRange<UInt64> { agent.cancel(token) }
    #expect(await agent.outcome(1, payload: "works") == .failed("works"))
    #expect(await agent.outcome(2, payload: "works") == .failed("cancelled"))
    #expect(await agent.outcome(257, payload: "works") == .failed("cancelled"))
    agent.destroy()
  }

  @Test("a task that outlives destroy ends, reaches no host, and lets its agent go")
  func outlivesDestroy() async throws {
    let agent = try LoadedAgent(StubbornAgent.self)
    agent.process(1)
    await StubbornAgent.entered.pass()
    agent.destroy()
    StubbornAgent.leave.open()
    await StubbornAgent.freed.pass()
    #expect(agent.host.completed == 0)
  }
}

/// Works on, whatever the host does. For one test: its gates are shared.
final class StubbornAgent: Agent {
  static let entered = Gate()
  static let leave = Gate()
  static let freed = Gate()

  init() {}
  deinit { Self.freed.open() }

  func process(_ message: Message, context: AgentContext) async throws -> Reply {
    Self.entered.open()
    await Self.leave.pass()
    context.log.info("after destroy")
    return .result()
  }
}
