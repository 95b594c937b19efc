import Logging
import Testing

@testable import AgentRuntime

@Suite("How often a log says a thing")
struct LogLimitTests {
  private static func admitted(_ decisions: [LogLimit.Decision]) -> Int {
    decisions.count { $0 != .leaveOut }
  }

  @Test("one cause says one line a second, whatever its figures, and how many were left out")
  func cause() {
    var limit = LogLimit()
    let first = (0..<100).map { limit.line("lost 17 of \($0)", .warning, at: "a:1", now: .milliseconds($0)) }
    #expect(first[0] == .write(leftOut: 0))
    #expect(Self.admitted(first) == 1)
    #expect(limit.line("lost 3 of 4", .warning, at: "a:1", now: .milliseconds(1000)) == .write(leftOut: 99))
    #expect(limit.line("lost 3 of 4", .warning, at: "a:1", now: .milliseconds(2500)) == .write(leftOut: 0))
  }

  @Test("another text, another place or a line that is no warning is another matter")
  func others() {
    var limit = LogLimit()
    #expect(limit.line("a", .error, at: "a:1", now: .zero) == .write(leftOut: 0))
    #expect(limit.line("b", .error, at: "a:1", now: .zero) == .write(leftOut: 0))
    #expect(limit.line("a", .error, at: "a:2", now: .zero) == .write(leftOut: 0))
    #expect(Self.admitted((0..<100).map { _ in limit.line("a", .notice, at: "a:1", now: .zero) }) == 100)
  }

  @Test("the worst is always said, whatever else was")
  func critical() {
    var limit = LogLimit()
    for number in 0..<5000 { _ = limit.line("x", .error, at: "a:\(number)", now: .zero) }
    #expect(limit.line("the end", .critical, at: "b:1", now: .zero) == .write(leftOut: 0))
    #expect(limit.line("the end", .critical, at: "b:1", now: .zero) == .write(leftOut: 0))
    #expect(limit.agentLine("a", now: .zero) == .write(leftOut: 0))
  }

  @Test("whoever makes up ever new texts gets no more than a place may say")
  func site() {
    var limit = LogLimit()
    let texts = (0..<500).map { String(repeating: "x", count: $0) }
    #expect(
      Self.admitted(texts.map { limit.line($0, .error, at: "a:1", now: .zero) }) == LogLimit.linesOfSite)
    guard case .write(let leftOut) = limit.line("new", .error, at: "a:1", now: .seconds(1)) else {
      Issue.record("the next second is another")
      return
    }
    #expect(leftOut == 500 - LogLimit.linesOfSite)
  }

  @Test("an agent says so many lines a second, of every level, and takes none from another")
  func agents() {
    var limit = LogLimit()
    #expect(
      Self.admitted((0..<1000).map { _ in limit.agentLine("a", now: .zero) }) == LogLimit.linesOfAgent)
    #expect(limit.agentLine("b", now: .zero) == .write(leftOut: 0))
    #expect(
      limit.agentLine("a", now: .seconds(1)) == .write(leftOut: 1000 - LogLimit.linesOfAgent))
  }

  @Test("causes are remembered in a bounded number, and room comes with time")
  func bounded() {
    var limit = LogLimit()
    let sites = (0..<5000).map { "site \($0)" }
    #expect(
      Self.admitted(sites.map { limit.agentLine($0, now: .zero) }) == LogLimit.maximumCauses)
    #expect(limit.agentLine("late", now: .milliseconds(999)) == .leaveOut)
    #expect(limit.agentLine("late", now: .milliseconds(1000)) == .write(leftOut: 0))
  }
}
