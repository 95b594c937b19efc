import Testing

@testable import AgentStatistics

@Suite("What the statistics say")
struct ReportTests {
  private static let now = 1_000_060.0

  private static func figures(runs: Int, average: Double = 1.002, errors: Int = 0) -> AgentFigures {
    var figures = AgentFigures()
    figures.runs = runs
    figures.runSeconds = Double(runs) * average
    figures.errors = errors
    return figures
  }

  private static func example() -> Statistics {
    var statistics = Statistics(session: "s", began: 1_000_000)
    var manager = figures(runs: 30)
    manager.envelopes.count = 10
    manager.envelopes.age = 10
    manager.envelopes.processing = 10
    manager.envelopes.steps = 10
    manager.envelopes.recent = (0..<10).map {
      .init(time: 1_000_000 + Double($0), age: 1, processing: 1, steps: 1)
    }
    for (id, role, figures, ago) in [
      ("M4:14278:4", "reverse", figures(runs: 10), 1.9), ("M4:14278:2", "manager", manager, 0.9),
      ("M4:14278:3", "uppercase", figures(runs: 10), 3.9),
    ] {
      statistics.note(
        LifecycleEvent(.lives, role: role, agentID: id, time: 1_000_050, figures: figures), now: now - ago)
    }
    return statistics
  }

  private static let body = """
    ================================================================================
    COMPREHENSIVE AGENT PERFORMANCE STATISTICS
    ================================================================================

    System Uptime: 60.0s | Report Interval: 60.0s
    Active Agents: 3

    RUN STATISTICS:
       Total Runs: 50 | Since Last Report: 50
       By Role (Total | Since Last):
          manager: 30 | 30
          reverse: 10 | 10
          uppercase: 10 | 10

    ENVELOPE METRICS:
       Total Envelopes: 10 | Since Last Report: 10
       Average Envelope Age: 1.00s | Recent (last 10): 1.00s
       Average Processing Time: 1.00s | Recent: 1.00s
       Average Process Count: 1.0 steps | Recent: 1.0 steps

    AGENT REGISTRY:
       Agent ID             Role         Status       Last Update  Runs     Avg Time\("  ")
       -------------------- ------------ ------------ ------------ -------- ----------
       M4:14278:2           manager      idle         0.9s ago     30       1.002s
       M4:14278:3           uppercase    idle         3.9s ago     10       1.002s
       M4:14278:4           reverse      idle         1.9s ago     10       1.002s

    """

  private static let rule = String(repeating: "=", count: 80) + "\n"

  @Test("the specification's example, to the letter")
  func example() {
    #expect(Self.example().report(now: Self.now, interval: 60) == Self.body + Self.rule)
  }

  @Test("at the end the same, with a summary; agents that have just ended are among them")
  func final() {
    var statistics = Self.example()
    statistics.note(
      LifecycleEvent(
        .ends, role: "uppercase", agentID: "M4:14278:3", time: 1_000_059,
        figures: Self.figures(runs: 10, errors: 1)), now: Self.now)
    let expected =
      Self.body.replacing("idle         3.9s ago ", with: "stopped      0.0s ago ") + """

        SESSION SUMMARY:
           Total Uptime: 60.0s
           By Role (Runs | Errors | Error Rate):
              manager: 30 | 0 | 0.0%
              reverse: 10 | 0 | 0.0%
              uppercase: 10 | 1 | 10.0%
           System Efficiency: 27.8% (busy time / (uptime x agents))

        """ + Self.rule
    #expect(statistics.finalReport(now: Self.now, interval: 60) == expected)
    #expect(statistics.report(now: Self.now, interval: 60).contains("Active Agents: 2"))
  }

  @Test("since the last report it counts from what that said, also after another agent went on")
  func sinceLast() throws {
    var statistics = Self.example()
    statistics.noteReported(now: Self.now)
    statistics.note(
      LifecycleEvent(
        .lives, role: "manager", agentID: "M4:14278:2", time: 1_000_061, figures: Self.figures(runs: 33)),
      now: Self.now + 1)
    var next = Statistics(session: "s", began: 1_000_000)
    next.merge(statistics)
    let report = next.report(now: Self.now + 1, interval: 60)
    #expect(report.contains("Total Runs: 53 | Since Last Report: 3\n"))
    #expect(report.contains("manager: 33 | 3\n") && report.contains("reverse: 10 | 0\n"))
    #expect(next.reportedAt == Self.now)
  }

  @Test("with nothing known it says so in zeros")
  func empty() {
    let report = Statistics(session: "s", began: 5).finalReport(now: 5, interval: 0.5)
    #expect(report.contains("Active Agents: 0") && report.contains("Average Envelope Age: 0.00s"))
    #expect(report.contains("System Efficiency: 0.0%"))
  }

  @Test(
    "numbers have as many decimals as are asked for",
    arguments: [
      (0, 1, "0.0"), (0.05, 2, "0.05"), (1.005, 1, "1.0"), (-0.4, 1, "-0.4"), (-0.001, 2, "0.00"),
      (1234.5, 3, "1234.500"), (1e17, 1, "1e+17"),
    ])
  func decimals(value: Double, count: Int, text: String) {
    #expect(value.fixed(count) == text)
  }
}
