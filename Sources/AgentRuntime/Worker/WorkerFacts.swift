import AgentPlugins
import AgentStreams
import RedisClient

/// What a worker says of itself, for whoever asks who lives and what is loaded.
@IOActor
final class WorkerFacts {
  private let incarnation: String
  private let constant: [(name: String, value: String)]
  // Said every few seconds, and the same most of the time.
  private var agents = KeptText<[AgentStatus]>(AgentStatus.text)
  private var work = KeptText<[RoleTotals]>(RoleTotals.text)
  private var libraries = KeptText<[LibraryStatus]>(LibraryStatus.text)

  init(_ configuration: WorkerConfiguration) {
    incarnation = configuration.identity.incarnation
    constant = [
      ("host", configuration.identity.hostName), ("pid", String(configuration.identity.processID)),
      ("session", configuration.session.id),
      ("place", configuration.place == .main ? "" : configuration.place.description),
      ("version", Release.version.description), ("started", String(Int(WallClock.now()))),
      ("deaths", String(configuration.history.deaths)),
      ("last_death", configuration.history.lastDeath ?? ""),
    ]
  }

  func fields(_ registry: AgentRegistry, _ plugins: Plugins) -> [(name: String, value: String)] {
    constant + [
      ("roles", Set(registry.agents.map(\.identity.role)).sorted().joined(separator: " ")),
      ("agents", agents.text(of: registry.addressableAgents.map(\.status))),
      ("work", work.text(of: registry.roleTotals)),
      ("places", plugins.isolatedPlaces.joined(separator: " ")),
      ("looked", String(plugins.lookedVersion)), ("libraries", libraries.text(of: plugins.statuses)),
      ("past_generations", String(plugins.pastGenerations)),
    ]
  }

  /// The same, as others read it.
  func status(_ registry: AgentRegistry, _ plugins: Plugins) -> WorkerStatus {
    WorkerStatus(
      incarnation: incarnation,
      Dictionary(fields(registry, plugins).map { ($0.name, $0.value) }) { $1 })
  }
}

/// The text of a value, made anew where that is another.
private struct KeptText<Value: Equatable> {
  private let make: (Value) -> String
  private var last: (value: Value, text: String)?

  init(_ make: @escaping (Value) -> String) { self.make = make }

  mutating func text(of value: Value) -> String {
    if let last, last.value == value { return last.text }
    let text = make(value)
    last = (value, text)
    return text
  }
}
