package import Logging
package import RedisClient

/// Says that this worker lives, by a key that goes when nobody renews it.
@IOActor
package final class HostPresence {
  /// How long a worker is taken for alive that is not heard of.
  package nonisolated static let timeToLive = Duration.seconds(15)
  /// Between two signs of life.
  package nonisolated static let interval = Duration.seconds(5)

  private let client: RedisClient
  private let key: String
  private let facts: @IOActor () -> [(name: String, value: String)]
  private let logger: Logger
  private let changes: AsyncStream<Void>
  private let changing: AsyncStream<Void>.Continuation

  /// `facts`: what is to be known of this worker, as fields of a hash.
  package init(
    client: RedisClient, keys: Keys, incarnation: String, logger: Logger,
    facts: @escaping @IOActor () -> [(name: String, value: String)]
  ) {
    self.client = client
    key = keys.host(incarnation)
    self.facts = facts
    self.logger = logger
    (changes, changing) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
  }

  /// Before the first consumer is made, or somebody might take it for one of a host that is gone.
  package func announce() async throws(RedisError) {
    _ = try await StreamScript.announce.call(client) { command in
      command.append(1)
      command.append(key)
      command.append(Int(Self.timeToLive / .milliseconds(1)))
      for fact in facts() {
        command.append(fact.name)
        command.append(fact.value)
      }
    }
  }

  /// What is to be known has changed: it is said at once.
  package func changed() {
    changing.yield()
  }

  /// Announces again and again until the task is cancelled.
  package func run() async {
    await withDiscardingTaskGroup { group in
      group.addTask {
        // Cancelled: the host ends.
        while (try? await IOActor.sleep(untilNext: Self.interval)) != nil { await self.changed() }
      }
      for await _ in changes { await announceAgain() }
    }
  }

  private func announceAgain() async {
    do throws(RedisError) {
      try await announce()
    } catch {
      client.warn("this host could not be announced", error)
    }
  }

  /// At the end, when the host's consumers are gone.
  package func withdraw() async {
    do throws(RedisError) {
      _ = try await client.send(RedisCommand("DEL", key))
    } catch {
      logger.info("the host's key goes by itself within \(Self.timeToLive): \(error)")
    }
  }
}
