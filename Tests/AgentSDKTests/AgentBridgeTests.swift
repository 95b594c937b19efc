import AgentSDK
import Testing

@Suite("An agent behind the contract", .timeLimit(.minutes(4)))
struct AgentBridgeTests {
  @Test("the entry is the same at every call, and lists every agent")
  func entry() {
    let entry = AgentPlugin.entry(ObservingAgent.self, EndlessAgent.self)
    #expect(entry == AgentPlugin.entry(ObservingAgent.self, EndlessAgent.self))
    #expect(entry != AgentPlugin.entry(EndlessAgent.self))
    #expect(entry.pointee.draft == AGENTHOST_DRAFT)
    let factory = entry.pointee.factory
    #expect(factory.pointee.count(factory) == 2)
    #expect(factory.pointee.descriptor(factory, 2) == nil)
    let first = factory.pointee.descriptor(factory, 0)?.pointee
    #expect(first.map { string($0.role) } == "observing")
    #expect(first.map { string($0.name) } == "ObservingAgent")
    #expect(first.map { string($0.version) } == "1.2")
    #expect(first?.concurrency == 3)
    #expect(factory.pointee.descriptor(factory, 1).map { string($0.pointee.role) } == "endless")
  }

  @Test("start, process, stop and destroy complete each token once")
  func life() async throws {
    let agent = try LoadedAgent(ObservingAgent.self)
    agent.start(1)
    #expect(await agent.host.completion(of: 1) == .completed([]))
    agent.process(2, timeout: .nan)
    guard case .completed(let actions) = await agent.host.completion(of: 2) else {
      Issue.record("process failed")
      return
    }
    #expect(actions.map(\.payload) == ["external 1000000000.0 seconds 4294967295 true"])
    agent.stop(3)
    #expect(await agent.host.completion(of: 3) == .completed([]))
    #expect(agent.host.lines == [.init(level: 3, token: 2, text: "on observing as ObservingAgent")])
    #expect((agent.host.completed, agent.host.repeated) == (3, 0))
    agent.destroy()
  }

  @Test("without extensions, agents run on the global pool and log nowhere")
  func withoutExtensions() async throws {
    let agent = try LoadedAgent(ObservingAgent.self, host: FakeHost(offersExtensions: false))
    guard case .completed(let actions) = await agent.outcome(1) else {
      Issue.record("process failed")
      return
    }
    #expect(actions.first?.payload.hasSuffix("false") == true)
    #expect(agent.host.lines == [])
    agent.destroy()
  }

  @Test(
    "timeouts that no duration holds do not trap", arguments: [-1, .nan, .infinity, -.infinity, 1e300, 0.5])
  func timeouts(seconds: Double) async throws {
    let agent = try LoadedAgent(ObservingAgent.self)
    agent.process(1, timeout: seconds)
    guard case .completed(let actions) = await agent.host.completion(of: 1) else {
      Issue.record("process failed")
      return
    }
    let expected = seconds == 0.5 ? "0.5" : seconds < 0 ? "0.0" : "1000000000.0"
    #expect(actions.first?.payload.contains(" \(expected) seconds ") == true)
    agent.destroy()
  }

  @Test("an error is its own words, in start and in process")
  func errors() async throws {
    let agent = try LoadedAgent(ThrowingAgent.self)
    agent.start(1)
    #expect(await agent.host.completion(of: 1) == .failed("no database"))
    #expect(await agent.outcome(2, payload: "out of paper") == .failed("out of paper"))
    #expect(await agent.outcome(3, payload: "") == .failed("AgentSDKTests.Broken"))
    agent.destroy()
  }

  @Test("an agent that cannot be made is NULL with the reason; so is an index past the end")
  func unmakeable() throws {
    for _ in 0..<2 {
      #expect(throws: LoadedAgent.Refused(why: "no licence")) { try LoadedAgent(UnmakeableAgent.self) }
    }
    let factory = AgentPlugin.entry(EndlessAgent.self).pointee.factory
    let host = FakeHost()
    var why = agenthost_text_v1(bytes: nil, length: 0)
    #expect(factory.pointee.create(factory, 1, host.pointer, &why) == nil)
    #expect(string(why) == "no agent at index 1: the library has 1")
  }

  @Test("text lent by the host is copied before process returns")
  func borrowed() async throws {
    let agent = try LoadedAgent(ThrowingAgent.self)
    for token in 1...200 as ClosedRange<UInt64> {
      #expect(await agent.outcome(token, payload: "payload \(token)") == .failed("payload \(token)"))
    }
    agent.destroy()
  }
}
