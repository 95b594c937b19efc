import AgentStreams
import NIOCore
import RedisClient
import Testing

@testable import AgentRuntime

@Suite("Figures as Prometheus reads them")
struct MetricFamilyTests {
  @Test("a family, letter by letter; one without figures is not there")
  func text() {
    var family = MetricFamily("a_total", .counter, "What is counted.")
    family.add(3)
    family.add(0.25, .init("role", "a\\b\"c\nd"), .init("place", "main"))
    let empty = MetricFamily("b", .gauge, "Nothing.")
    #expect(
      MetricFamily.text([family, empty]) == #"""
        # HELP a_total What is counted.
        # TYPE a_total counter
        a_total 3
        a_total{role="a\\b\"c\nd",place="main"} 0.25

        """#)
  }

  @Test("a histogram's counts go up, its last bound is infinite")
  func histogram() {
    var family = MetricFamily("s", .histogram, "Seconds.")
    family.add(histogram: [1, 0, 2], bounds: [0.5, 1], sum: 7.5, .init("role", "r"))
    #expect(
      MetricFamily.text([family]) == """
        # HELP s Seconds.
        # TYPE s histogram
        s_bucket{role="r",le="0.5"} 1
        s_bucket{role="r",le="1"} 1
        s_bucket{role="r",le="+Inf"} 3
        s_sum{role="r"} 7.5
        s_count{role="r"} 3

        """)
  }

  @Test("counts that somebody else has written stop nothing")
  func hostile() {
    var worker = WorkerStatus(incarnation: "a", [:])
    var totals = RoleTotals(role: "r")
    totals.durations = totals.durations.map { _ in .max }
    totals.runs = .max
    worker.work = [totals]
    #expect(MetricFamily.text(MetricFamily.work([worker])).contains("agenthost_message_seconds_count"))
  }

  @Test("roles beyond a number have no series")
  func bounded() throws {
    let roles = (0..<10_000).map { RoleStatus(role: "r\($0)") }
    for family in MetricFamily.roles(roles, at: 0) {
      #expect(family.samples.count == MetricFamily.maximumRoles)
    }
    var worker = WorkerStatus(incarnation: "a", [:])
    worker.work = (0..<10_000).map { RoleTotals(role: "r\($0)") }
    for family in MetricFamily.work([worker]) {
      #expect(Set(family.samples.map { $0.labels[0].value }).count == MetricFamily.maximumRoles)
    }
  }

  @Test("what this process takes of the machine is known")
  func process() throws {
    let figures = ProcessFigures.read()
    #expect(try #require(figures.processorSeconds) >= 0)
    #expect(try #require(figures.residentBytes) > 1e6)
    #expect(try #require(figures.threads) >= 1)
    #expect(try #require(figures.openDescriptors) >= 3)
    #expect(MetricFamily.process(figures).count == 6)
  }

  @Test("a worker is ready that has loaded, has a server, and gets on")
  func readiness() {
    var readiness = Readiness()
    #expect(readiness.problems.count == 2)
    readiness.hasLoaded = true
    readiness.redis = .connected
    #expect(readiness.problems == [])
    readiness.standstill = .seconds(31)
    #expect(readiness.problems == ["no outcome was committed for 31 s"])
    readiness.standstill = .seconds(1)
    readiness.redis = .reconnecting(since: .now)
    #expect(readiness.problems == ["there is no connection to Redis"])
  }
}
