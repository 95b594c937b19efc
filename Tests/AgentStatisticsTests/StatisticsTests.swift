import Foundation
import SeededGenerator
import Testing

@testable import AgentStatistics

@Suite("What is made of events")
struct StatisticsTests {
  private func event(
    _ kind: LifecycleEvent.Kind, _ id: String = "h:1:1", role: String = "echo", runs: Int, time: Double
  ) -> LifecycleEvent {
    var figures = AgentFigures()
    figures.runs = runs
    figures.runSeconds = Double(runs)
    return LifecycleEvent(kind, role: role, agentID: id, time: time, figures: figures)
  }

  @Test("an event that is lost, late or heard twice changes nothing in the end", arguments: 0..<50)
  func order(seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    let events = (0..<20).flatMap { step in
      (1...3).map { agent in
        event(step == 19 ? .ends : .lives, "h:1:\(agent)", runs: step * agent, time: Double(step))
      }
    }
    let heard = events.filter { $0.event == .ends || Bool.random(using: &generator) }
    var statistics = Statistics(session: "s", began: 0)
    for event in (heard + heard).shuffled(using: &generator) { statistics.note(event, now: 30) }
    #expect(statistics.total.runs == 19 * (1 + 2 + 3))
    #expect(statistics.listed(now: 30, atEnd: false).isEmpty, "an exit is final")
    #expect(statistics.listed(now: 30, atEnd: true).count == 3)
  }

  @Test("who has gone counts, and whoever gets its number later counts beside it")
  func reusedNumber() {
    var statistics = Statistics(session: "s", began: 0)
    statistics.note(event(.lives, runs: 7, time: 1), now: 1)
    statistics.note(event(.begins, role: "other", runs: 0, time: 9), now: 9)
    statistics.note(event(.lives, role: "other", runs: 2, time: 10), now: 10)
    statistics.note(event(.lives, runs: 7, time: 2), now: 11)
    #expect(statistics.byRole.mapValues(\.runs) == ["echo": 7, "other": 2])
    #expect(statistics.listed(now: 11, atEnd: false).count == 1)
  }

  @Test("one that is not heard of is not shown, and its figures stay")
  func silent() {
    var statistics = Statistics(session: "s", began: 0)
    statistics.note(event(.lives, runs: 7, time: 1), now: 1)
    #expect(statistics.listed(now: 15.9, atEnd: false).count == 1)
    #expect(statistics.listed(now: 16.1, atEnd: false).isEmpty && statistics.total.runs == 7)
    statistics.note(event(.lives, runs: 8, time: 20), now: 20)
    #expect(statistics.listed(now: 20, atEnd: false).count == 1 && statistics.total.runs == 8)
  }

  @Test("an exit that a later sign of life contradicts was none; what is said of the future is said now")
  func falseExit() {
    var statistics = Statistics(session: "s", began: 0)
    statistics.note(event(.ends, runs: 7, time: 9e99), now: 10)
    #expect(statistics.listed(now: 10, atEnd: false).isEmpty)
    statistics.note(event(.lives, runs: 8, time: 12), now: 12)
    #expect(statistics.listed(now: 12, atEnd: false).count == 1 && statistics.total.runs == 8)
  }

  @Test("roles that are gone are told apart as far as there is room")
  func manyRoles() {
    var statistics = Statistics(session: "s", began: 0)
    let count = Statistics.maximumAgents + Statistics.maximumPastRoles + 50
    for number in 0..<count {
      statistics.note(
        event(.ends, "h:1:\(number)", role: "r\(number)", runs: 1, time: Double(number)), now: Double(number))
    }
    #expect(statistics.past.count == Statistics.maximumPastRoles + 1)
    #expect(statistics.past[Statistics.otherRoles]?.runs == 50 && statistics.total.runs == count)
  }

  @Test("more agents than are known one by one count all the same")
  func many() {
    var statistics = Statistics(session: "s", began: 0)
    for number in 0..<(Statistics.maximumAgents + 50) {
      statistics.note(event(.ends, "h:1:\(number)", runs: 1, time: Double(number)), now: Double(number))
    }
    #expect(statistics.agents.count == Statistics.maximumAgents)
    #expect(statistics.total.runs == Statistics.maximumAgents + 50)
  }

  @Test("another session's is not gone on from; one's own keeps all through its text")
  func merge() throws {
    var statistics = Statistics(session: "s", began: 0)
    statistics.note(event(.lives, runs: 7, time: 1), now: 1)
    statistics.noteReported(now: 5)
    let read = try JSONDecoder().decode(Statistics.self, from: try JSONEncoder().encode(statistics))
    #expect(read == statistics)
    var next = Statistics(session: "s", began: 0)
    next.note(event(.lives, runs: 9, time: 3), now: 3)
    next.merge(read)
    #expect(next.total.runs == 9 && next.reportedAt == 5)
    var other = Statistics(session: "t", began: 0)
    other.merge(read)
    #expect(other == Statistics(session: "t", began: 0))
  }

  @Test("ids are in order, numbers as numbers")
  func ids() {
    let ids = ["b:2:1", "a:10:1", "a:9:10", "a:9:2", "a:9", "a:x:1"]
    #expect(ids.sorted(by: AgentOrder.isOrdered) == ["a:9", "a:9:2", "a:9:10", "a:10:1", "a:x:1", "b:2:1"])
  }

  private func read(_ text: String) throws -> LifecycleEvent {
    try JSONDecoder().decode(LifecycleEvent.self, from: Data(text.utf8))
  }

  @Test("the specification's event will do; figures are read where they are there")
  func reading() throws {
    let plain = try read(
      #"{"kind":"status","event":"heartbeat","role":"a","agent_id":"h:1:2","busy":true,"ts":1.5}"#)
    #expect(plain == LifecycleEvent(.lives, role: "a", agentID: "h:1:2", isBusy: true, time: 1.5))
    let full = try read(
      """
      {"kind":"status","event":"exit","role":"a","agent_id":"h:1:2","busy":false,"ts":1.5,"runs":3,"errors":1,
      "run_seconds":0.5,"envelopes":{"count":2,"age_seconds":3.5,"processing_seconds":1.5,"steps":10,
      "recent":[{"ts":1,"age":2,"processing":1,"steps":5}]}}
      """)
    #expect(full.figures.runs == 3 && full.figures.envelopes.steps == 10)
    #expect(full.figures.envelopes.recent == [.init(time: 1, age: 2, processing: 1, steps: 5)])
  }

  @Test(
    "what can't be an event is none",
    arguments: [
      "", "reload", "{}", #"{"kind":"status","event":"heartbeat","role":"a","agent_id":"x"}"#,
      #"{"event":"heartbeat","role":"a","agent_id":"x","ts":1}"#,
      #"{"kind":"control","event":"heartbeat","role":"a","agent_id":"x","ts":1}"#,
      #"{"kind":"status","event":"other","role":"a","agent_id":"x","ts":1}"#,
      #"{"kind":"status","event":"heartbeat","role":"a\nTotal Runs: 9","agent_id":"x","ts":1}"#,
      #"{"kind":"status","event":"heartbeat","role":"","agent_id":"x","ts":1}"#,
      #"{"kind":"status","event":"heartbeat","role":"a","agent_id":"x y","ts":1}"#,
      #"{"kind":"status","event":"heartbeat","role":"a","agent_id":"x","ts":1,"runs":-1}"#,
      #"{"kind":"status","event":"heartbeat","role":"a","agent_id":"x","ts":1,"runs":1.5}"#,
      #"{"kind":"status","event":"heartbeat","role":"a","agent_id":"x","ts":1,"run_seconds":1e300}"#,
      #"{"kind":"status","event":"heartbeat","role":"a","agent_id":"x","ts":1,"envelopes":{"count":-1,"age_seconds":0,"processing_seconds":0,"steps":0,"recent":[]}}"#,
    ])
  func refused(text: String) {
    #expect(throws: (any Error).self) { try read(text) }
  }

  @Test("no figures, however large, break it")
  func extremes() throws {
    var statistics = Statistics(session: "s", began: 0)
    for agent in 1...3 {
      statistics.note(
        try read(
          #"{"kind":"status","event":"exit","role":"a","agent_id":"h:\#(agent)","ts":-1e308,"runs":\#(Int.max),"errors":\#(Int.max),"run_seconds":1e12,"envelopes":{"count":\#(Int.max),"age_seconds":1e12,"processing_seconds":1e12,"steps":\#(Int.max),"recent":[]}}"#
        ), now: 0)
    }
    statistics.noteReported(now: 0)
    #expect(statistics.finalReport(now: 1e308, interval: 1e308).contains("Total Runs: \(Int.max) |"))
  }
}
