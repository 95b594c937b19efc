import Testing

@testable import AgentPlugins

struct ThreadDemandTests {
  private func demand(_ runs: (pieces: UInt64, nanoseconds: UInt64)...) -> ThreadDemand {
    var demand = ThreadDemand()
    for run in runs { demand.worked(pieces: run.pieces, nanoseconds: run.nanoseconds) }
    return demand
  }

  @Test func `One thread for each piece where nothing is known, or where work is slow`() {
    for slow in [demand(), demand((pieces: 1, nanoseconds: 500_000)), demand((2, 10_000_000))] {
      #expect([0, 1, 7].map { slow.threads(for: $0, beside: 3) } == [0, 1, 7])
    }
  }

  @Test func `Short work gets as many as bring it to an end in time, less those that are there`() {
    let short = demand((pieces: 10, nanoseconds: 200_000))
    #expect([0, 1, 100, 101, 400].map { short.threads(for: $0, beside: 0) } == [0, 1, 1, 2, 4])
    #expect([0, 1, 100, 101, 400].map { short.threads(for: $0, beside: 1) } == [0, 0, 0, 1, 3])
    #expect(demand((pieces: 5, nanoseconds: 0)).threads(for: 9, beside: 0) == 1)
  }

  @Test func `Work that becomes slow is believed at once, and work that becomes short after a while`() {
    var demand = demand((1, 20_000), (pieces: 0, nanoseconds: 0), (pieces: 1, nanoseconds: 5_000_000))
    #expect(demand.threads(for: 4, beside: 4) == 4)
    var runs = 0
    while demand.threads(for: 4, beside: 4) > 0 {
      demand.worked(pieces: 4, nanoseconds: 80_000)
      runs += 1
    }
    #expect(runs > 5 && runs < 30)
  }
}
