import AgentEnvelope
import AgentStreams
import SeededGenerator
import Testing

@testable import AgentOperations

@Suite("The way of a request")
struct RequestRoadTests {
  private static func entry(
    _ role: String, _ start: Double, _ duration: Double, agent: String = "vm:1:1", error: String? = nil
  ) -> TraceEntry {
    TraceEntry(
      startTimestamp: start, role: role, agentID: agent, endTimestamp: start + duration, duration: duration,
      error: error)
  }

  private static func trace(_ steps: [TraceEntry], created: Double = 100) -> KeptTrace {
    KeptTrace(state: .done, conversationID: "talk", created: created, ended: 200, steps: steps)
  }

  @Test("a step waits from the end of the one before, or from the beginning")
  func waits() {
    let road = RequestRoad(
      "id", Self.trace([Self.entry("a", 101, 2), Self.entry("b", 103.5, 1), Self.entry("c", 104, 1)]),
      codes: [:])
    #expect(road.steps.map(\.wait) == [1, 0.5, 0])
    #expect((road.began, road.duration, road.worked, road.waited) == (100, 5, 4, 1.5))
  }

  @Test("attempts are counted while the same role tries again")
  func attempts() {
    let again = "to be tried again in 1.0 s: no"
    let road = RequestRoad(
      "id",
      Self.trace([
        Self.entry("a", 101, 1, error: again), Self.entry("a", 103, 1, error: again), Self.entry("a", 105, 1),
        Self.entry("a", 107, 1), Self.entry("b", 108, 1, error: again), Self.entry("a", 109, 1),
      ]), codes: [:])
    #expect(road.steps.map(\.attempt) == [1, 2, 3, 1, 1, 1])
  }

  @Test("the code is what the agent ran at that moment")
  func code() {
    let codes = [
      "vm:1:1": [
        AgentCode(since: 100, hash: "one", library: "a.so"),
        AgentCode(since: 110, hash: "two", library: "a.so"),
      ]
    ]
    let road = RequestRoad(
      "id",
      Self.trace([
        Self.entry("a", 99, 1), Self.entry("a", 105, 1), Self.entry("a", 110, 1),
        Self.entry("a", 120, 1, agent: "vm:2:1"),
      ]), codes: codes)
    #expect(road.steps.map(\.code?.hash) == [nil, "one", "two", nil])
  }

  @Test("the screen, letter by letter, in 80 columns")
  func screen() {
    let hash = String(repeating: "ab", count: 32)
    let road = RequestRoad(
      "talk:1",
      Self.trace([
        Self.entry("manager", 100.1, 0.1),
        Self.entry("translate", 100.5, 0.4, error: "to be tried again in 1 s: no"),
        Self.entry("translate", 101, 1),
      ]), codes: ["vm:1:1": [AgentCode(since: 1, hash: hash, library: "a.so")]])
    let lines = RoadText(road, width: 80).text.split(separator: "\n", omittingEmptySubsequences: false)
    #expect(lines.allSatisfy { $0.count <= 80 })
    #expect(lines[0] == "talk:1: done after 2.0s, 1.5s of work and 500ms of waiting in 3 steps")
    #expect(lines[1] == "conversation talk, began 1970-01-01 00:01:40 UTC")
    #expect(lines[3].hasPrefix("#  role       agent   try   wait   work  code"))
    #expect(lines[4].hasPrefix("1  manager    vm:1:1    1  100ms  100ms  abababa  ."))
    #expect(lines[8] == "2  translate: to be tried again in 1 s: no")
  }

  @Test("whatever is kept, no line is longer than the terminal", arguments: [UInt64(1), 2, 3, 4])
  func anything(seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    for _ in 0..<200 {
      let steps = (0..<Int.random(in: 0..<6, using: &generator)).map { _ in
        Self.entry(
          String(repeating: "x\n", count: Int.random(in: 0..<40, using: &generator)),
          [0, 100, -1e300, 1e300, .infinity].randomElement(using: &generator) ?? 0,
          Double.random(in: -5...1e9, using: &generator),
          agent: String(repeating: "語", count: Int.random(in: 0..<60, using: &generator)),
          error: Bool.random(using: &generator) ? String(repeating: "e ", count: 100) : nil)
      }
      let width = Int.random(in: 40...200, using: &generator)
      let text = RoadText(RequestRoad("id", Self.trace(steps), codes: [:]), width: width).text
      for line in text.split(separator: "\n") { #expect(DisplayWidth.of(String(line)) <= width, "\(line)") }
    }
  }
}
