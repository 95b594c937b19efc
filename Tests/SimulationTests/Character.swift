import SeededGenerator

/// What a seed's world is like: how many faults of which kind, and for how long.
struct Character: Sendable {
  /// Steps of the schedule.
  let length: Int
  /// One in so many commands fares badly; nil: none.
  let networkFaultRate: Int?
  /// One in so many stages of a request is something special.
  let oddness: Int
  /// How likely each step is, in no unit.
  private(set) var weights: [Step: Int]

  init(random: inout SeededGenerator) {
    length = Int.random(in: 50...130, using: &random)
    networkFaultRate = random.chance(3) ? nil : Int.random(in: 3...20, using: &random)
    oddness = Int.random(in: 2...12, using: &random)
    weights = [
      .send: 16, .read: 24, .readOwn: 4, .work: 30, .commit: 30, .tick: 8, .sweep: 6, .redeliverSuspect: 6,
      .moveDue: 4, .clear: 2, .start: 8, .cancel: 2, .refreshCancellations: 1, .lateCommand: 5,
      .forgetScripts: 1, .begin: 16, .obey: 8, .look: 5, .moment: 4, .lift: 1,
    ]
    if random.chance(2) {
      // Agents that take their time.
      weights[.work] = 10
      weights[.tick] = 24
    }
    if random.chance(2) { weights[.crash] = 3 }
    if random.chance(3) { weights[.hostCrash] = 2 }
    if random.chance(2) { weights[.freeze] = 3 }
    if random.chance(3) { weights[.stop] = 2 }
    if random.chance(3) { weights[.replace] = 3 }
    if random.chance(4) { weights[.jump] = 1 }
    if random.chance(3) { weights[.absence] = 3 }
    if random.chance(10) { weights[.flood] = 1 }
  }

  func nextStep(random: inout SeededGenerator) -> Step {
    var ticket = Int.random(in: 0..<weights.values.reduce(0, +), using: &random)
    for step in Step.allCases {
      ticket -= weights[step, default: 0]
      if ticket < 0 { return step }
    }
    return .tick
  }
}
