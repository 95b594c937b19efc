/// What became of the workers before at one place: told to the next one, which tells it to whoever asks.
package struct WorkerHistory: Equatable, Sendable {
  /// Workers that died since the host started.
  package private(set) var deaths = 0
  /// How the last one died, in a line.
  package private(set) var lastDeath: String?

  package init(deaths: Int = 0, lastDeath: String? = nil) {
    self.deaths = deaths
    self.lastDeath = lastDeath
  }

  mutating func died(_ report: CrashReport) {
    deaths += 1
    lastDeath = "\(report.time) \(report.summary)"
  }

  var arguments: [String] {
    guard let lastDeath else { return [] }
    return ["--deaths=\(deaths)", "--last-death=\(lastDeath)"]
  }
}
