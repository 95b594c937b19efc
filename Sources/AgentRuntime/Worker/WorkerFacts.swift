import AgentPlugins
import AgentStreams
import RedisClient

/// What a worker says of itself, for whoever asks who lives and what is loaded.
struct WorkerFacts {
  private let incarnation: String
  private let constant: [(name: String, value: String)]

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

  @IOActor
  func fields(_ registry: AgentRegistry, _ plugins: Plugins) -> [(name: String, value: String)] {
    constant + [
      ("roles", Set(registry.agents.map(\.identity.role)).sorted().joined(separator: " ")),
      ("agents", AgentStatus.text(registry.addressableAgents.map(\.status))),
      ("work", RoleTotals.text(registry.roleTotals)),
      ("places", plugins.isolatedPlaces.joined(separator: " ")),
      ("looked", String(plugins.lookedVersion)), ("libraries", LibraryStatus.text(plugins.statuses)),
      ("past_generations", String(plugins.pastGenerations)),
    ]
  }

  /// The same, as others read it.
  @IOActor
  func status(_ registry: AgentRegistry, _ plugins: Plugins) -> WorkerStatus {
    WorkerStatus(
      incarnation: incarnation,
      Dictionary(fields(registry, plugins).map { ($0.name, $0.value) }) { $1 })
  }
}
