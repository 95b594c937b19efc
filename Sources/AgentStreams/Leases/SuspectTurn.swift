package import RedisClient

/// Whose suspect is in work: one for the whole host, since a message that kills takes down all its agents together.
@IOActor
package final class SuspectTurn {
  private(set) var isTaken = false
  private let isGivenBack = Condition()

  package nonisolated init() {}

  /// False where somebody has it.
  func take() -> Bool {
    if isTaken { return false }
    isTaken = true
    return true
  }

  func giveBack() {
    isTaken = false
    isGivenBack.wakeAll()
  }

  /// Waits until nobody has it; by the time that this returns somebody may.
  func waitUntilFree() async {
    await isGivenBack.wait { isTaken }
  }
}
