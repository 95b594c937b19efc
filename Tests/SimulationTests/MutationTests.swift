import Testing

@Suite struct MutationTests {
  /// Within how many seeds a mistake must be found.
  private static let seeds: UInt64 = 120

  @Test(arguments: Mutation.allCases)
  func `A mistake is found`(_ mutation: Mutation) async throws {
    let counts = try await simulate(Array(1...Self.seeds), mutation: mutation)
    let found = try #require(counts.violations.first, "not found within \(Self.seeds) seeds")
    print("\(mutation): seed \(found.seed): \(found.invariant.rawValue): \(found.detail)")
  }
}
