import AgentStreams
import RedisClient

/// Waits until every worker that lives has looked at its folder for a version of the desired state.
struct ReloadWait {
  /// Between two looks at what workers say.
  private static let interval = Duration.milliseconds(50)

  let version: Int
  let seconds: Double

  @IOActor
  func run(_ client: RedisClient, keys: Keys) async throws -> [WorkerStatus] {
    let end = ContinuousClock.now + .seconds(seconds)
    while true {
      // Those on probation serve nothing: what they load is of no interest.
      let workers = try await WorkerStatus.all(client, keys: keys).filter { !$0.isOnProbation }
      let late = workers.filter { $0.lookedVersion < version }
      if late.isEmpty { return workers }
      guard .now < end else {
        let names = late.map { "\($0.host) (\($0.placeName), process \($0.processID))" }
        throw CommandFailure(.timedOut, "not done within \(seconds) s: \(names.joined(separator: ", "))")
      }
      try await IOActor.sleep(for: Self.interval)
    }
  }
}
