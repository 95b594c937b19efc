package import Logging
import NIOCore
package import RedisClient

/// Clears a role's streams of what others leave behind: consumers of hosts that are gone, and entries that were
/// acknowledged and not deleted.
@IOActor
package final class Janitor {
  private let client: RedisClient
  private let keys: Keys
  private let interval: Duration
  /// A consumer that was heard of more recently is left alone: its host may only just have begun.
  private let leastIdle: TimeAmount
  private let lanes: @IOActor () -> [RoleLanes]
  private let logger: Logger

  /// `lanes`: of all roles that this host serves.
  package init(
    client: RedisClient, keys: Keys, policy: LeasePolicy, logger: Logger,
    lanes: @escaping @IOActor () -> [RoleLanes]
  ) {
    self.client = client
    self.keys = keys
    interval = .nanoseconds(policy.lease.nanoseconds)
    leastIdle = policy.lease
    self.lanes = lanes
    self.logger = logger
  }

  /// Clears again and again until the task is cancelled.
  package func run() async {
    // Cancelled: the host ends.
    while (try? await IOActor.sleep(untilNext: interval)) != nil {
      for role in lanes() {
        await withDiscardingTaskGroup { group in
          for source in role.sources { group.addTask { await self.clear(source) } }
        }
      }
    }
  }

  func clear(_ source: DeliverySource) async {
    do throws(RedisError) {
      try await reapGhosts(of: source)
      let reply = try await StreamScript.trim.call(client, keys: [source.stream], [source.group])
      if let count = reply.root.integer, count > 0 {
        logger.info("deleted \(count) acknowledged entries of \(source.stream)")
      }
    } catch {
      client.warn("clearing \(source.stream) failed", error)
    }
  }

  private func reapGhosts(of source: DeliverySource) async throws(RedisError) {
    for consumer in try await ConsumerGroups.consumers(of: source, client: client)
    where consumer.pending == 0 && consumer.name != source.consumer && consumer.idle > leastIdle.milliseconds
    {
      guard let name = ConsumerName(consumer.name) else { continue }
      let host = try await client.send(RedisCommand("EXISTS", keys.host(name.incarnation)))
      guard host.root.integer == 0 else { continue }
      // First: by its consumer an agent is missed, and without one nobody would ask for its stream again.
      let moved = try await ConsumerGroups.retireAgentStream(
        of: name, role: source.role, keys: keys, client: client)
      if moved > 0 { logger.notice("\(moved) entries of \(name)'s own stream are work for the role now") }
      if try await ConsumerGroups.reap(name, from: source, keys: keys, client: client) {
        logger.notice("removed consumer \(name) of \(source.stream): its host is gone")
      }
    }
  }
}
