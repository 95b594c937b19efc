import AgentPlugins
import RedisClient

/// Exchanges agents: first all is made that can fail, then all new agents get their streams, at once, and only then
/// something changes for messages.
@IOActor
final class LibraryExchange {
  private let loader: PluginLoader
  private let registry: AgentRegistry
  private let retirement: Retirement

  init(loader: PluginLoader, registry: AgentRegistry, retirement: Retirement) {
    self.loader = loader
    self.registry = registry
    self.retirement = retirement
  }

  /// Makes the agents that `library` is to have, where `current` is what runs of its file. Where it runs just as it is to,
  /// only those are made that are missing. `generation`: how often the file has been brought in before.
  func prepare(
    _ library: AgentLibrary, _ settings: LibrarySettings, image: LibraryImage,
    beside current: LoadedLibrary?, generation: Int, count: (_ role: String) -> Int
  ) async throws(LibraryError) -> LibraryChange {
    let isSame = current.map { $0.library === library } ?? false
    let plan = InstancePlan(
      try settings.descriptors(of: library), served: current?.served ?? [], count: count)
    let replacing = isSame ? [] : plan.kept.map(\.descriptor)
    var instances = try await loader.makeAgents(
      replacing + plan.added, of: library, settings: settings.agents,
      generation: isSame ? generation : generation + 1)[...]
    var change = LibraryChange(library: library, settings: settings, image: image)
    let agents = current?.agents ?? []
    change.kept = plan.kept.map { (agents[$0.index], isSame ? nil : instances.removeFirst()) }
    change.added = instances.map(registry.makeAgent)
    change.removed = plan.removed.map { agents[$0] }
    return change
  }

  /// Gives all new agents their streams. Says for each of the changes why it can't be made; nil: it can.
  func join(_ changes: [LibraryChange]) async -> [RedisError?] {
    let agents = changes.enumerated().flatMap { index, change in change.added.map { (index, $0) } }
    let failed = await withTaskGroup(of: (Int, RedisError)?.self) { group in
      for (index, agent) in agents {
        group.addTask {
          do throws(RedisError) {
            try await self.registry.join(agent)
            return nil
          } catch {
            return (index, error)
          }
        }
      }
      var failed: [Int: RedisError] = [:]
      for await case (let index, let error)? in group { failed[index] = error }
      return failed
    }
    return changes.indices.map { failed[$0] }
  }

  /// What has its streams takes its place. Returns the agents of the library, the oldest first.
  func make(_ change: LibraryChange) async -> [ServedAgent] {
    for (agent, next) in change.kept {
      guard let next else { continue }
      retirement.retire(agent.replaceInstance(with: next))
      registry.happened(.hasNewCode, agent)
    }
    for agent in change.added { registry.enter(agent) }
    for agent in change.removed { await remove(agent) }
    return change.kept.map(\.agent) + change.added
  }

  /// Nothing comes of it.
  func abandon(_ change: LibraryChange) async {
    for agent in change.added { await registry.retire(agent) }
    for instance in change.newInstances { await loader.end(instance) }
  }

  /// Takes no more for `agent`, and ends it when it has finished what it holds.
  func remove(_ agent: ServedAgent) async {
    await registry.remove(agent)
    retirement.retire(agent)
  }

  /// Why it failed, as operators are told.
  nonisolated static func refusal(of file: String, _ error: any Error) -> LibraryError {
    if let error = error as? LibraryError { return error }
    return LibraryError(
      file: file, step: .start, expected: "its streams in Redis", found: "\(error)",
      advice: "see that Redis is there, and reload")
  }
}
