import Testing

@testable import RedisClient

@Suite struct BackoffTests {
  @Test func `Waits double up to the limit, and lie between a tenth and the whole`() {
    var backoff = Backoff(first: .milliseconds(10), limit: .milliseconds(100))
    for ceiling in [10, 20, 40, 80, 100, 100, 100] {
      #expect(backoff.ceiling == .milliseconds(ceiling))
      let wait = backoff.next()
      #expect(wait <= .milliseconds(ceiling))
      #expect(wait >= .milliseconds(ceiling) / 10 - .microseconds(1))
    }
    backoff.reset()
    #expect(backoff.ceiling == .milliseconds(10))
  }

  @Test func `However often it is asked, a wait is within the limit`() {
    var backoff = Backoff(first: .seconds(1), limit: .seconds(2))
    for _ in 0..<10_000 {
      #expect((Duration.milliseconds(99)...Duration.seconds(2)).contains(backoff.next()))
    }
  }

  @Test func `Two that begin together do not go on together`() {
    var one = Backoff()
    var other = Backoff()
    #expect((0..<20).map { _ in one.next() } != (0..<20).map { _ in other.next() })
  }
}
