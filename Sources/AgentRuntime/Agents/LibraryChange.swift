import AgentPlugins
import RedisClient

/// A library that runs here.
struct LoadedLibrary {
  let library: AgentLibrary
  /// An operator's.
  var settings: LibrarySettings
  let image: LibraryImage
  /// How often the library has been brought in here.
  let generation: Int
  /// The oldest first.
  var agents: [ServedAgent]

  @IOActor
  var served: [InstancePlan.Served] {
    agents.map { .init(role: $0.identity.role, concurrency: $0.instance.descriptor.concurrency) }
  }
}

/// What is to become of a library. All of it that runs code of the library's has been done; what is served is as before.
struct LibraryChange: RoleClaim {
  let library: AgentLibrary
  let settings: LibrarySettings
  let image: LibraryImage
  /// Agents whose place stays, and what is to work there from now on; nil: what does.
  var kept: [(agent: ServedAgent, next: AgentInstance?)] = []
  /// They have no streams yet.
  var added: [ServedAgent] = []
  var removed: [ServedAgent] = []

  var file: String { library.file }

  /// All that is made for it.
  @IOActor
  var newInstances: [AgentInstance] { kept.compactMap(\.next) + added.map(\.instance) }

  /// Of what is served after it.
  @IOActor
  var roles: Set<String> { Set((kept.map(\.agent) + added).map(\.identity.role)) }
}
