import Testing

@testable import AgentPlugins

struct QueueProgressTests {
  private static let limit = QueueProgress.limit

  /// What looks find that are made one after the other.
  private func findings(_ looks: (begun: UInt64, at: UInt64)...) -> [Bool] {
    var progress = QueueProgress()
    return looks.map { progress.isStuck(begun: $0.begun, at: $0.at) }
  }

  @Test func `A queue from which nothing is begun for long is stuck`() {
    let found = findings((7, 1_000), (7, 1_000 + Self.limit), (7, 1_001 + Self.limit), (7, 5 * Self.limit))
    #expect(found == [false, false, true, true])
  }

  @Test func `One from which something is begun is not, until nothing is again`() {
    let found = findings((7, 0), (8, 5 * Self.limit), (8, 6 * Self.limit), (8, 7 * Self.limit))
    #expect(found == [false, false, false, true])
  }
}
