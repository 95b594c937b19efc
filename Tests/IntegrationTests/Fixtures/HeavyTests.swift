import Foundation
import Testing

/// Tests that load the machine as a whole: `make test` runs them after the others, with the machine to themselves.
enum HeavyTests {
  static let areAsked = ProcessInfo.processInfo.environment["AGENTHOST_HEAVY_TESTS"] != nil
}

extension Trait where Self == ConditionTrait {
  static var heavy: Self {
    .enabled(
      if: HeavyTests.areAsked,
      "it needs the machine to itself: AGENTHOST_HEAVY_TESTS=1, as `make test` sets it")
  }
}
