import AgentStreams
import NIOCore
import RedisClient

/// The figures of a host, as far as its main place's worker knows them or can ask for them.
@IOActor
final class HostFigures {
  /// How long it is known which workers of isolated places there are; longer where it took long to find out.
  private static let workersKept = TimeAmount.seconds(15)
  private static let restForEachSearch: Int64 = 20
  /// Of a search for them.
  private static let maximumNames = 1000
  private static let maximumPages = 1000

  let client: RedisClient
  private let keys: Keys
  let committer: Committer
  private let registry: AgentRegistry
  private let facts: WorkerFacts
  private let plugins: Plugins
  private let crashCount: CrashCount
  private var others: (until: NIODeadline, incarnations: [String])?

  init(
    client: RedisClient, keys: Keys, committer: Committer, registry: AgentRegistry, plugins: Plugins,
    facts: WorkerFacts, crashCount: CrashCount
  ) {
    self.client = client
    self.keys = keys
    self.committer = committer
    self.registry = registry
    self.facts = facts
    self.plugins = plugins
    self.crashCount = crashCount
  }

  private var status: WorkerStatus { facts.status(registry, plugins) }

  /// What this worker knows of itself alone.
  var own: [MetricFamily] {
    MetricFamily.commits(committer.counters)
      + MetricFamily.redis(client)
      + MetricFamily.process(.read()) + [MetricFamily.refusals(plugins.refusalCounts)]
  }

  /// Of the rest, what is known while the server does not answer.
  var withoutServer: [MetricFamily] {
    let workers = [status]
    return MetricFamily.work(workers) + MetricFamily.workers(workers, DesiredState(), crashes: [:])
  }

  /// Nil where the server does not answer.
  func read() async -> [MetricFamily]? {
    do throws(RedisError) {
      let desired = try await DesiredState.read(client, keys: keys)
      let own = status
      let workers = [own] + (try await isolated(own))
      let roles = try await RoleStatus.all(
        of: Set(workers.flatMap(\.roles)).sorted().prefix(MetricFamily.maximumRoles), workers,
        paused: desired.pausedRoles, client, keys: keys)
      let time = try await ServerClock.read(client)
      let hashes = Set(workers.flatMap(\.libraries).map(\.hash)).subtracting([""]).sorted()
      let crashes = try await crashCount.read(
        Array(hashes.prefix(MetricFamily.maximumRoles)), at: time, client: client)
      return MetricFamily.roles(roles, at: time) + MetricFamily.work(workers)
        + MetricFamily.workers(workers, desired, crashes: crashes)
    } catch {
      return nil
    }
  }

  /// Workers of this host's isolated places, by what they said of themselves last; of a place the one that began last.
  private func isolated(_ own: WorkerStatus) async throws(RedisError) -> [WorkerStatus] {
    if own.isolatedPlaces.isEmpty { return [] }
    let found = try await WorkerStatus.read(try await incarnations(), client, keys: keys).filter {
      $0.session == own.session && own.isolatedPlaces.contains($0.place)
    }
    let newest = Dictionary(found.map { ($0.place, $0) }) { $0.started > $1.started ? $0 : $1 }
    return newest.values.sorted { $0.place < $1.place }
  }

  private func incarnations() async throws(RedisError) -> [String] {
    if let others, NIODeadline.now() < others.until { return others.incarnations }
    let start = NIODeadline.now()
    let found = try await KeySearch.search(
      keys.host(""), names: Self.maximumNames, pages: Self.maximumPages, client)
    let took = NIODeadline.now() - start
    others = (NIODeadline.now() + max(Self.workersKept, took * Self.restForEachSearch), found.suffixes)
    return found.suffixes
  }
}
