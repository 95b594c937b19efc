import AgentStreams
import NIOCore
import RedisClient

/// What the worker of a host's main place says of the host, for a monitor: figures and states, put together when
/// somebody asks.
@IOActor
final class MetricsPages {
  struct Page: Sendable {
    var isGood = true
    var type = "text/plain; charset=utf-8"
    var text: String
  }

  /// Whoever asks more often gets the same figures again.
  private static let shortest = TimeAmount.seconds(1)
  /// How long it is known which other workers there are.
  private static let workersKept = TimeAmount.seconds(15)

  private let client: RedisClient
  private let keys: Keys
  private let own: @IOActor () -> WorkerStatus
  private let committer: Committer
  private let refusals: @IOActor () -> [String: Int]
  private let readiness: @IOActor () -> Readiness
  private var last: (time: NIODeadline, page: Page)?
  private var others: (time: NIODeadline, incarnations: [String])?

  init(
    client: RedisClient, keys: Keys, committer: Committer, own: @escaping @IOActor () -> WorkerStatus,
    refusals: @escaping @IOActor () -> [String: Int], readiness: @escaping @IOActor () -> Readiness
  ) {
    self.client = client
    self.keys = keys
    self.committer = committer
    self.own = own
    self.refusals = refusals
    self.readiness = readiness
  }

  /// Nil where there is no such page.
  func page(_ path: String) async -> Page? {
    switch path {
    case "/metrics": return await metrics()
    case "/healthz": return Page(text: "alive\n")
    case "/readyz":
      let problems = readiness().problems
      let text = problems.isEmpty ? "ready\n" : problems.map { $0 + "\n" }.joined()
      return Page(isGood: problems.isEmpty, text: text)
    default: return nil
    }
  }

  private func metrics() async -> Page {
    if let last, NIODeadline.now() - last.time < Self.shortest { return last.page }
    let own = own()
    var all = MetricFamily.commits(committer.counters)
    all += MetricFamily.redis(client.health, connectionsMade: client.connectionsMade)
    all += MetricFamily.process(.read())
    all.append(MetricFamily.refusals(refusals()))
    do throws(RedisError) {
      let desired = try await DesiredState.read(client, keys: keys)
      let workers = [own] + (try await othersOfHost(own))
      let roles = try await RoleStatus.all(
        named: workers.flatMap(\.roles), workers, paused: desired.pausedRoles, client, keys: keys)
      let time = try await ServerClock.read(client)
      all += MetricFamily.roles(roles, at: time)
      all += MetricFamily.work(workers)
      all += MetricFamily.workers(workers, desired)
    } catch {
      // What is known without the server is said; that it is not there is part of it.
      all += MetricFamily.work([own])
      all += MetricFamily.workers([own], DesiredState())
    }
    let page = Page(type: "text/plain; version=0.0.4; charset=utf-8", text: MetricFamily.text(all))
    last = (.now(), page)
    return page
  }

  /// Workers of this host's isolated places, by what they said of themselves last.
  private func othersOfHost(_ own: WorkerStatus) async throws(RedisError) -> [WorkerStatus] {
    if own.isolatedPlaces.isEmpty { return [] }
    let incarnations: [String]
    if let others, NIODeadline.now() - others.time < Self.workersKept {
      incarnations = others.incarnations
    } else {
      incarnations = try await KeySearch.suffixes(of: keys.host(""), client)
      others = (.now(), incarnations)
    }
    return try await WorkerStatus.read(incarnations, client, keys: keys).filter {
      $0.session == own.session && own.isolatedPlaces.contains($0.place)
    }
  }
}
