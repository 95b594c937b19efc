/// A host: the workers of one supervisor, and how it stands with them.
package struct HostStatus: Sendable, Equatable {
  package let name: String
  package let workers: [WorkerStatus]
  /// Isolated places that there are to be workers for, and are none.
  package let placesWithoutWorker: [String]

  /// Seconds since a worker was heard of from which on its host is in trouble with the server: a sign of life is missing.
  package static let longSilence = 2 * (HostPresence.interval / .seconds(1))

  private init(name: String, workers: [WorkerStatus]) {
    self.name = name
    self.workers = workers
    let wanted = Set(workers.flatMap(\.isolatedPlaces))
    placesWithoutWorker = wanted.subtracting(workers.map(\.place)).sorted()
  }

  /// By name, of which there can be several with one.
  package static func all(_ workers: [WorkerStatus]) -> [HostStatus] {
    Dictionary(grouping: workers) { [$0.host, $0.session] }
      .map { HostStatus(name: $0.key[0], workers: $0.value) }
      .sorted { ($0.name, $0.since) < ($1.name, $1.since) }
  }

  /// When the worker began that is there longest, in seconds since 1970.
  package var since: Double { workers.map(\.started).min() ?? 0 }

  package var versions: [String] { Set(workers.map(\.version)).sorted() }

  /// Of workers before those that live.
  package var deaths: Int { workers.reduce(0) { $0.addingReportingOverflow($1.deaths).partialValue } }

  package var agents: Int { workers.reduce(0) { $0 + $1.agents.count } }

  /// Those that have missed a sign of life; the server is told of a worker's life by itself alone.
  package var silentWorkers: [WorkerStatus] { workers.filter { ($0.silence ?? 0) > Self.longSilence } }

  /// Files of libraries that lie there and can't be loaded.
  package var refusedLibraries: [String] {
    Set(workers.flatMap(\.libraries).filter { $0.refusal != nil }.map(\.name)).sorted()
  }

  /// What is wrong with it, a phrase for each; empty where nothing is.
  package var troubles: [String] {
    var troubles: [String] = []
    if !silentWorkers.isEmpty { troubles.append("\(silentWorkers.count) not heard of") }
    if !placesWithoutWorker.isEmpty {
      troubles.append("no worker at \(placesWithoutWorker.joined(separator: " "))")
    }
    if !refusedLibraries.isEmpty { troubles.append("refused: \(refusedLibraries.joined(separator: " "))") }
    return troubles
  }
}
