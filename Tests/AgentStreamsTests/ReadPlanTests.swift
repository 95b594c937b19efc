import Testing

@testable import AgentStreams

@Suite("Which lane is read next")
struct ReadPlanTests {
  /// What each lane of a role gives to a plan that reads `free` at a time, of `work` that it has.
  private func given(_ work: [Int], free: Int, reads: Int, weights: [Int] = [6, 3, 3, 1]) -> [Int] {
    var plan = ReadPlan(weights: weights)
    var left = work
    var given = work.map { _ in 0 }
    for _ in 0..<reads {
      let step = plan.next(free: free)
      let asked: [Int] =
        switch step {
        case .all(let count): work.map { _ in count }
        case .shares(let shares): shares
        }
      let counts = zip(asked, left).map { min($0, $1) }
      for lane in work.indices {
        left[lane] -= counts[lane]
        given[lane] += counts[lane]
      }
      plan.received(counts, for: step)
    }
    return given
  }

  @Test func `While one lane has work, one read asks all of them for all that is free`() {
    var plan = ReadPlan(weights: [6, 3, 3, 1])
    for _ in 0..<5 {
      let step = plan.next(free: 40)
      #expect(step == .all(count: 40))
      plan.received([0, 40, 0, 0], for: step)
    }
  }

  @Test(arguments: [1, 2, 3, 7, 40, 256])
  func `While all have work, each gets its weight`(free: Int) {
    let reads = 13_000 / free
    let given = given([1_000_000, 1_000_000, 0, 1_000_000], free: free, reads: reads)
    let total = Double(given.reduce(0, +))
    for (lane, share) in [(0, 0.6), (1, 0.3), (3, 0.1)] {
      #expect(abs(Double(given[lane]) / total - share) < 0.03, "lane \(lane) of \(given)")
    }
  }

  @Test(arguments: [1, 3, 10])
  func `The lightest lane is never starved`(free: Int) {
    #expect(given([1_000_000, 0, 0, 1_000_000], free: free, reads: 2000 / free)[3] > 200)
  }

  @Test func `No more is asked for than is free, once several lanes have work`() {
    var plan = ReadPlan(weights: [6, 3, 3, 1])
    plan.received([5, 5, 5, 5], for: .all(count: 5))
    for free in [1, 2, 5, 100] {
      guard case .shares(let shares) = plan.next(free: free) else {
        Issue.record("several lanes have work")
        return
      }
      #expect(shares.reduce(0, +) <= free)
      #expect(shares.allSatisfy { $0 >= 0 })
      plan.received(shares, for: .shares(shares))
    }
  }

  @Test func `A lane that was idle has saved no turns, and is asked again`() {
    var plan = ReadPlan(weights: [6, 3, 3, 1])
    plan.received([9, 9, 0, 0], for: .all(count: 9))
    var asked = [0, 0, 0, 0]
    for _ in 0..<1000 {
      guard case .shares(let shares) = plan.next(free: 4) else { break }
      for lane in shares.indices { asked[lane] += shares[lane] }
      plan.received([shares[0], shares[1], 0, 0], for: .shares(shares))
    }
    #expect(asked[3] > 50, "it would not be seen that there is work: \(asked)")
    // Now the lightest lane has work too; it may not take all at once for the time before.
    var taken = [0, 0, 0, 0]
    for _ in 0..<10 {
      guard case .shares(let shares) = plan.next(free: 13) else { break }
      for lane in shares.indices { taken[lane] += shares[lane] }
      plan.received([shares[0], shares[1], 0, shares[3]], for: .shares(shares))
    }
    #expect(taken[3] <= 20, "\(taken)")
  }

  @Test func `When all are empty again, one read asks all of them`() {
    var plan = ReadPlan(weights: [6, 1])
    plan.received([3, 3], for: .all(count: 3))
    guard case .shares(let shares) = plan.next(free: 4) else {
      Issue.record("both lanes have work")
      return
    }
    plan.received([0, 0], for: .shares(shares))
    #expect(plan.next(free: 4) == .all(count: 4))
  }
}
