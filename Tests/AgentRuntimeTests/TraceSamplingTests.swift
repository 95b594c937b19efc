import Testing

@testable import AgentRuntime

@Suite("Which requests' ways are kept")
struct TraceSamplingTests {
  private func kept(_ count: Int, _ sampling: inout TraceSampling, failed: Bool = false, now: Duration) -> Int
  {
    (0..<count).count { _ in sampling.keeps(failed: failed, now: now) }
  }

  @Test("all up to a number a second, and no more")
  func rate() {
    var sampling = TraceSampling(rate: 10, now: .zero)
    #expect(kept(100, &sampling, now: .zero) == 10)
    #expect(kept(100, &sampling, now: .milliseconds(500)) == 5)
    #expect(kept(100, &sampling, now: .seconds(100)) == 10)
    #expect(kept(100, &sampling, now: .seconds(99)) == 0, "a clock that goes back gives nothing")
  }

  @Test("those that failed have a number of their own")
  func failed() {
    var sampling = TraceSampling(rate: 5, now: .zero)
    #expect(kept(100, &sampling, now: .zero) == 5)
    #expect(kept(100, &sampling, failed: true, now: .zero) == 5)
  }

  @Test("0 keeps every one")
  func every() {
    var sampling = TraceSampling(rate: 0, now: .zero)
    #expect(kept(1000, &sampling, now: .zero) == 1000)
  }
}
