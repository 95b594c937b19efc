import AgentStreams
import RedisClient

/// Asks all workers to look at their folders, and waits until every one that lives has done so.
struct Reload {
  /// Between two looks at what workers say.
  private static let interval = Duration.milliseconds(50)

  /// Libraries, by their files' names; none means all.
  let names: Set<String>
  /// Seconds to wait; nil: not at all.
  let timeout: Double?

  /// How many workers heard of it at once, and what all said when they were done.
  @IOActor
  func run(_ client: RedisClient, keys: Keys) async throws -> (heard: Int, workers: [WorkerStatus]) {
    let made = try await ask(client, keys: keys)
    guard let timeout, made.heard > 0 else { return (made.heard, []) }
    return (made.heard, try await Self.workers(done: made.version, within: timeout, client, keys: keys))
  }

  /// What all workers say when each has done what this version of the desired state asks of libraries.
  @IOActor
  static func workers(
    done version: Int, within timeout: Double, _ client: RedisClient, keys: Keys
  ) async throws -> [WorkerStatus] {
    let end = ContinuousClock.now + .seconds(timeout)
    while true {
      // Those on probation serve nothing: what they load is of no interest.
      let workers = try await WorkerStatus.all(client, keys: keys).filter { !$0.isOnProbation }
      let late = late(workers, for: version)
      if late.isEmpty { return workers }
      guard .now < end else {
        throw CommandFailure(.timedOut, "not done within \(timeout) s: \(late.joined(separator: ", "))")
      }
      try await IOActor.sleep(for: interval)
    }
  }

  /// Who has not looked yet, in words: workers, and places that a worker is still to come for.
  private static func late(_ workers: [WorkerStatus], for version: Int) -> [String] {
    let behind = workers.filter { worker in
      worker.lookedVersion < version || worker.libraries.contains { $0.outcome == .waiting }
    }
    let missing = workers.flatMap { worker in
      worker.isolatedPlaces
        .filter { place in !workers.contains { $0.host == worker.host && $0.place == place } }
        .map { "\(worker.host) (\($0), no worker yet)" }
    }
    return behind.map { "\($0.host) (\($0.placeName), process \($0.processID))" } + missing
  }

  /// The last change's version: all of them are seen by whoever sees that.
  @IOActor
  private func ask(_ client: RedisClient, keys: Keys) async throws(RedisError) -> DesiredChange.Made {
    guard !names.isEmpty else { return try await DesiredChange.reload.make(client, keys: keys) }
    var made = DesiredChange.Made()
    for name in names.sorted() {
      made = try await DesiredChange.reloadOne(name: name).make(client, keys: keys)
    }
    return made
  }
}
