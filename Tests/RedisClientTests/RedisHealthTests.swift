import Testing

@testable import RedisClient

@Suite struct RedisHealthTests {
  private let start = ContinuousClock.now

  @Test func `The state goes to and fro, and each change is seen once`() {
    var health = RedisHealth(now: start)
    #expect(health.state == .reconnecting(since: start))
    #expect(health.connected(now: start + .seconds(2)) == .seconds(2))
    #expect(health.connected(now: start + .seconds(3)) == nil)
    #expect(health.state == .connected)
    let later = start + .seconds(5)
    #expect(health.disconnected(now: later) && !health.disconnected(now: later + .seconds(1)))
    #expect(health.state == .reconnecting(since: later))
    #expect(health.connected(now: later + .seconds(3)) == .seconds(3))
    health.closed()
    #expect(health.connected(now: later) == nil && !health.disconnected(now: later))
    #expect(health.state == .closed)
  }

  @Test func `Latencies are those of the last 128, exactly`() {
    var window = LatencyWindow()
    #expect(window.last == nil && window.average == nil && window.percentile99 == nil)
    window.add(.milliseconds(7))
    #expect(window.average == .milliseconds(7) && window.percentile99 == .milliseconds(7))
    for number in 1...1000 { window.add(.milliseconds(number)) }
    // 873…1000 are left; 127 of 128 are the first 99 %.
    #expect(window.last == .milliseconds(1000))
    #expect(window.average == .microseconds(936_500))
    #expect(window.percentile99 == .milliseconds(999))
  }

  @Test(arguments: [(1, 1), (2, 2), (99, 99), (100, 99), (101, 100), (128, 127)])
  func `The percentile is the smallest that 99 of a hundred do not exceed`(count: Int, expected: Int) {
    var window = LatencyWindow()
    for number in (1...count).shuffled() { window.add(.milliseconds(number)) }
    #expect(window.percentile99 == .milliseconds(expected))
  }

  @Test func `Each cause is told once, and one line a second at most`() {
    var report = ConnectionReport()
    let lost = RedisError.connectionLost(why: "the server closed it")
    let refused = RedisError.unreachable(address: "redis://h", why: "Connection refused")
    #expect(report.connected(after: .seconds(1)) == nil, "nobody was told that it was away")
    #expect(report.failed(lost, now: start) == "\(lost); trying again")
    #expect(report.failed(refused, now: start + .milliseconds(999)) == nil)
    #expect(report.failed(refused, now: start + .seconds(1)) == "\(refused); trying again")
    #expect(report.failed(refused, now: start + .seconds(60)) == nil)
    #expect(report.connected(after: .milliseconds(2587)) == "Redis is back after 2.6 s")
    #expect(report.connected(after: .seconds(60)) == nil)
    #expect(report.failed(refused, now: start + .seconds(61)) != nil, "it is away again")
    #expect(report.connected(after: .seconds(1)) != nil)
    #expect(report.failed(lost, now: start + .milliseconds(61_500)) == nil)
    #expect(report.connected(after: .seconds(1)) == nil)
  }

  @Test func `One warning a second`() {
    var interval = WarningInterval()
    let passed = [0, 999, 1000, 1999, 2000].map { interval.elapsed(now: start + .milliseconds($0)) }
    #expect(passed == [true, false, true, false, true])
  }
}
