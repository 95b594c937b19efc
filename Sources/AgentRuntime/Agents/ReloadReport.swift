import AgentPlugins
import AgentStreams

/// What a look at the agents' folder has come to.
struct ReloadReport: Sendable, Equatable, CustomStringConvertible {
  private(set) var outcomes: [String: LibraryStatus.Outcome] = [:]
  private(set) var refusals: [String: LibraryError] = [:]

  mutating func note(_ file: String, _ outcome: LibraryStatus.Outcome) {
    outcomes[file] = outcome
    refusals[file] = nil
  }

  mutating func refuse(_ file: String, _ error: LibraryError) {
    outcomes[file] = .refused
    refusals[file] = error
  }

  /// What lies there does not run: refused, or not before another worker comes.
  var unsettled: Set<String> { Set(outcomes.filter { [.refused, .waiting].contains($0.value) }.keys) }

  mutating func leaveOut(_ files: Set<String>) {
    outcomes = outcomes.filter { !files.contains($0.key) }
    refusals = refusals.filter { !files.contains($0.key) }
  }

  /// What `later` says of a file counts.
  mutating func add(_ later: ReloadReport) {
    for (file, outcome) in later.outcomes {
      outcomes[file] = outcome
      refusals[file] = later.refusals[file]
    }
  }

  /// This look, which was for `request`, and what is left of `earlier` ones at files that it was not for.
  func following(_ earlier: ReloadReport, for request: LookRequest) -> ReloadReport {
    var both = self
    for (file, outcome) in earlier.outcomes where !request.isFor(file) { both.outcomes[file] = outcome }
    for (file, error) in earlier.refusals where !request.isFor(file) { both.refusals[file] = error }
    return both
  }

  var description: String {
    LibraryStatus.Outcome.allCases.map { outcome in
      let files = outcomes.filter { $0.value == outcome }.keys.sorted().map { LogText.escaped($0) }
      return "\(outcome.rawValue) \(files.count)"
        + (files.isEmpty ? "" : " (\(files.joined(separator: ", ")))")
    }
    .joined(separator: ", ")
  }
}

/// Which libraries of the folder are to be looked at.
enum LookRequest: Sendable, Equatable {
  case all
  /// Those that are called so, by their files' names without what all have.
  case named(Set<String>)

  func union(_ other: LookRequest) -> LookRequest {
    guard case .named(let ours) = self, case .named(let theirs) = other else { return .all }
    return .named(ours.union(theirs))
  }

  func isFor(_ file: String) -> Bool {
    switch self {
    case .all: true
    case .named(let names): names.contains(LibraryStatus.name(ofFile: file))
    }
  }
}
