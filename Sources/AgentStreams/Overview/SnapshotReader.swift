package import RedisClient

/// Reads how a system stands, again and again where that is wanted. Only reads: nothing in the server changes by it.
@IOActor
package final class SnapshotReader {
  /// Looking for keys costs the server time for each key that it has, whoever it is of; so it is done again only after so
  /// many times as long as it took.
  private static let restForEachSearch = 20.0

  /// Of roles, and of workers, that are shown; and calls for each search, of some millions of keys.
  package nonisolated static let maximumNames = 5000
  package nonisolated static let maximumPages = 5000

  private let client: RedisClient
  private let keys: Keys
  private var roles: Set<String> = []
  private var incarnations: [String] = []
  private var nextSearch = ContinuousClock.now
  private var isComplete = true
  private let names: Int
  private let pages: Int

  /// `names` and `pages` limit each search.
  package init(client: RedisClient, keys: Keys, names: Int = maximumNames, pages: Int = maximumPages) {
    self.client = client
    self.keys = keys
    self.names = names
    self.pages = pages
  }

  package func read() async throws(RedisError) -> SystemSnapshot {
    if .now >= nextSearch { try await search() }
    var snapshot = SystemSnapshot(time: try await ServerClock.read(client))
    snapshot.desired = try await DesiredState.read(client, keys: keys)
    snapshot.workers = try await WorkerStatus.read(incarnations, client, keys: keys)
    snapshot.roles = try await RoleStatus.all(
      named: roles, snapshot.workers, paused: snapshot.desired.pausedRoles, client, keys: keys)
    snapshot.isComplete = isComplete
    snapshot.server.information = try await ServerFacts.information(of: client)
    return snapshot
  }

  private func search() async throws(RedisError) {
    let start = ContinuousClock.now
    isComplete = true
    roles = Set(try await suffixes(of: keys.roleStream("")).map(keys.role(ofStreamNamed:)))
      .union(try await suffixes(of: keys.deadLetters(""))).union(try await suffixes(of: keys.delayed("")))
    incarnations = try await suffixes(of: keys.host(""))
    nextSearch = .now + (ContinuousClock.now - start) * Self.restForEachSearch
  }

  private func suffixes(of prefix: String) async throws(RedisError) -> [String] {
    let found = try await KeySearch.search(prefix, names: names, pages: pages, client)
    if !found.isComplete { isComplete = false }
    return found.suffixes
  }
}
