import AgentPlugins
import AgentStreams

extension Plugins {
  /// How it stands about each library.
  var statuses: [LibraryStatus] {
    lastReport.outcomes.sorted { $0.key < $1.key }.map { file, outcome in
      var status = LibraryStatus(file: file, outcome: outcome)
      if let current = loaded[file] {
        status.generation = current.generation
        status.hash = current.library.hash
        status.toolchain = current.library.toolchain
        status.roles = Set(current.agents.map(\.identity.role)).sorted()
        status.deniedServices = Set(current.agents.flatMap(\.instance.refusedServices)).sorted()
      }
      status.refusal = lastReport.refusals[file].map {
        LibraryStatus.Refusal(
          step: $0.step.rawValue, expected: $0.expected, found: LogText.escaped($0.found), advice: $0.advice)
      }
      return status
    }
  }

  /// Code that is mapped and serves no more.
  var pastGenerations: Int { code.past }

  /// Names of the files that serve a role.
  func names(serving role: String) -> Set<String> {
    Set(
      loaded.filter { $0.value.agents.contains { $0.identity.role == role } }.keys
        .map(LibraryStatus.name(ofFile:)))
  }
}
