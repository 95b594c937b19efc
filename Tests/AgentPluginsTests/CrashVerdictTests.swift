import Testing

@testable import AgentPlugins

@Suite struct CrashVerdictTests {
  private static let first = RecordedDeath.Library(file: "first.so", hash: "1", addresses: 1000..<2000)
  private static let second = RecordedDeath.Library(file: "second.so", hash: "2", addresses: 5000..<6000)
  private static let agents = [
    RecordedDeath.Agent(role: "a", name: "A", library: first),
    RecordedDeath.Agent(role: "b", name: "B", library: second),
  ]

  private func call(_ token: UInt64, _ agent: Int) -> RecordedDeath.Call {
    RecordedDeath.Call(
      token: token, agent: Self.agents[agent], entry: "\(token)-0", stream: "s", messageID: "m\(token)")
  }

  private func death(_ end: RecordedDeath.End?, _ calls: [RecordedDeath.Call]) -> RecordedDeath {
    RecordedDeath(
      isClean: false, isAccounted: false, subject: "", incarnation: "", place: "", end: end, calls: calls,
      libraries: [Self.first, Self.second])
  }

  private func end(agent: Int? = nil, token: UInt64 = 0, frames: [UInt64] = [], words: [UInt64] = [])
    -> RecordedDeath.End
  {
    RecordedDeath.End(
      cause: .signal(11, address: nil), thread: 1, agent: agent.map { Self.agents[$0] }, token: token,
      frames: frames, words: words)
  }

  @Test func `The message whose work the thread did is charged, and no neighbour`() {
    let verdict = CrashVerdict(death(end(agent: 0, token: 7), [call(6, 0), call(7, 0), call(8, 1)]))
    #expect(verdict.charge == .one(call(7, 0)))
    #expect(verdict.charged == [call(7, 0)] && verdict.suspected == verdict.charged)
    #expect(verdict.library == Self.first && verdict.agent == Self.agents[0])
  }

  @Test func `Work that goes on after its message has ended charges the library alone`() {
    let verdict = CrashVerdict(death(end(agent: 1, token: 7, frames: [1500]), [call(6, 1)]))
    #expect(verdict.charge == .nobody)
    #expect(verdict.library == Self.second && verdict.charged == [])
  }

  @Test(arguments: [([UInt64(9), 5500], [UInt64]()), ([9], [5500]), ([9], [42, 5999, 1500])])
  func `On a thread of its own an agent is known by its code`(frames: [UInt64], words: [UInt64]) {
    let verdict = CrashVerdict(death(end(frames: frames, words: words), [call(6, 0), call(7, 1)]))
    #expect(verdict.library == Self.second)
    #expect(verdict.charge == .one(call(7, 1)))
  }

  @Test func `Which of an agent's messages its own thread worked on is not known`() {
    let calls = [call(6, 1), call(7, 1)]
    let verdict = CrashVerdict(death(end(frames: [5000]), calls + [call(8, 0)]))
    #expect(verdict.charge == .oneOf(calls))
    #expect(verdict.charged == [], "it is found out first which")
    #expect(verdict.suspected == calls)
  }

  @Test func `Nobody's code: anything in work may have been it`() {
    let calls = [call(6, 0), call(7, 1)]
    let verdict = CrashVerdict(death(end(frames: [9]), calls))
    #expect(verdict.library == nil && verdict.agent == nil)
    #expect(verdict.charge == .oneOf(calls))
  }

  @Test func `No word at all counts for all that was in work, and keeps nothing from being worked on`() {
    let calls = [call(6, 0), call(7, 1)]
    let verdict = CrashVerdict(death(nil, calls))
    #expect(verdict.library == nil && verdict.agent == nil)
    #expect(verdict.charge == .perhaps(calls))
    #expect(verdict.charged == calls && verdict.suspected == [])
    #expect(CrashVerdict(death(nil, [])).charge == .nobody)
  }
}
