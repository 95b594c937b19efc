import Testing

@testable import RedisClient

@Suite struct FailureReportTests {
  private let start = ContinuousClock.now

  @Test func `Of one cause there is one line a second, whoever met it; the next says how many it stands for`()
  {
    var report = FailureReport()
    let away = RedisError.connectionLost(why: "w")
    let lines = [
      (0, "reading a"), (10, "reading b"), (999, "committing"), (1000, "reading c"), (1500, "reading d"),
    ].map {
      report.failed($0.1, away, now: start + .milliseconds($0.0))
    }
    #expect(
      lines == [
        "reading a, trying again: \(away)", nil, nil, "reading c, trying again: \(away) (and 2 more like it)",
        nil,
      ])
  }

  @Test func `Errors of the server are told apart by their first word, and are not the same as no answer`() {
    var report = FailureReport()
    let errors = [
      RedisError.response("NOGROUP a"), .response("NOPERM a"), .timedOut(seconds: 1), .response("NOGROUP b"),
      .unreachable(address: "a", why: "w"),
    ]
    let told = errors.map { report.failed("x", $0, now: start) != nil }
    #expect(told == [true, true, true, false, false])
  }

  @Test func `A server that makes up causes does not fill the log, or the memory`() {
    var report = FailureReport()
    let told = (0..<10_000).count { report.failed("x", .response("E\($0) y"), now: start) != nil }
    #expect(told <= 33)
  }
}
