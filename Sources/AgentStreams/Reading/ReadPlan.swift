/// Which of a role's lanes the next read asks, and for how many entries of each. Pure.
///
/// While at most one lane has work waiting, one read asks all of them and may block. While several have, each is
/// asked for its share: lanes take turns in proportion to their weights, so that the lightest is never starved.
struct ReadPlan {
  enum Step: Equatable {
    /// All lanes at once, each for so many.
    case all(count: Int)
    /// Each lane for its share; 0: not asked.
    case shares([Int])
  }

  private let weights: [Int]
  /// Lanes that gave all they were asked for, and so may have more.
  private var isBusy: [Bool]
  /// How much of its turns each lane has used, in units of which heavier lanes use less for an entry.
  private var passes: [Int]

  private static let unit = 1 << 16
  /// A slot that was kept for a lane without work stays empty for one read; so these are asked so many times less.
  private static let costOfIdleLanes = 8

  init(weights: [Int]) {
    self.weights = weights
    isBusy = weights.map { _ in false }
    passes = weights.map { _ in 0 }
  }

  /// For `free` slots, at least one.
  mutating func next(free: Int) -> Step {
    guard isBusy.count(where: \.self) > 1 else { return .all(count: free) }
    var shares = weights.map { _ in 0 }
    admitIdleLanes()
    for _ in 0..<free {
      // A lane that had nothing gets one entry's chance to show that it has something now.
      let candidates = shares.indices.filter { isBusy[$0] || shares[$0] == 0 }
      guard let lane = candidates.min(by: { passes[$0] < passes[$1] }) else { break }
      shares[lane] += 1
      passes[lane] += Self.unit / weights[lane] * (isBusy[lane] ? 1 : Self.costOfIdleLanes)
    }
    return .shares(shares)
  }

  /// `counts`: what each lane gave.
  mutating func received(_ counts: [Int], for step: Step) {
    for (lane, count) in counts.enumerated() {
      switch step {
      case .all(let asked): isBusy[lane] = count >= asked
      case .shares(let shares) where shares[lane] > 0: isBusy[lane] = count >= shares[lane]
      case .shares: break
      }
    }
  }

  /// Who had nothing has saved no turns meanwhile.
  private mutating func admitIdleLanes() {
    let slowest = passes.indices.filter { isBusy[$0] }.map { passes[$0] }.min() ?? 0
    for lane in passes.indices {
      passes[lane] = isBusy[lane] ? passes[lane] - slowest : max(0, passes[lane] - slowest)
    }
  }
}
