import AgentPlugins
import AgentStreams
import Logging
import RedisClient

/// Workers of this data folder that have died: looked for when the supervisor says that one has ended, since one that was
/// being replaced may die after its successor has begun; and now and then, since others use the folder too. Their code is
/// called to account, and what they held is taken over.
@IOActor
final class DeadWorkers {
  private static let interval = Duration.seconds(5)

  private let records: WorkerRecords
  private let ends: AsyncStream<Void>
  private let accounting: CrashAccounting
  private let client: RedisClient
  private let keys: Keys
  private let logger: Logger
  /// All that have been found, by incarnation.
  private var found: [String: DeadRecord] = [:]
  /// Called with those that were not known before.
  var learn: @IOActor ([DeadWorker]) -> Void = { _ in }

  /// `ends`: comes when a worker may have died.
  init(
    records: WorkerRecords, ends: AsyncStream<Void>, client: RedisClient, keys: Keys, settings: Settings,
    logger: Logger
  ) {
    self.records = records
    self.ends = ends
    self.client = client
    self.keys = keys
    self.logger = logger
    accounting = CrashAccounting(
      client: client, keys: keys, records: records, settings: settings, logger: logger)
  }

  var all: [DeadWorker] { found.values.map(\.worker).sorted { $0.incarnation < $1.incarnation } }

  /// Looks until the task is cancelled.
  func run() async {
    await withDiscardingTaskGroup { group in
      group.addTask {
        // Cancelled: the host ends.
        while (try? await IOActor.sleep(untilNext: Self.interval)) != nil { await self.look() }
      }
      for await _ in ends { await look() }
    }
  }

  func look() async {
    let dead: [DeadRecord]
    do throws(SystemCallError) {
      dead = try records.dead(except: Set(found.keys))
    } catch {
      return logger.error(
        "workers that died can't be found; what they held is taken over when its lease lapses: \(error)")
    }
    guard !dead.isEmpty else { return }
    for record in dead { found[record.incarnation] = record }
    await accounting.account(for: dead)
    await withdrawPresence(of: dead)
    learn(dead.map(\.worker))
  }

  /// Who is known to be dead is not taken for alive until its key has gone by itself.
  private func withdrawPresence(of dead: [DeadRecord]) async {
    do throws(RedisError) {
      for worker in dead {
        _ = try await client.send(RedisCommand("DEL", keys.host(worker.incarnation)), effect: .repeatable)
      }
    } catch {
      logger.info("the keys of dead workers go by themselves: \(error)")
    }
  }

  /// Nothing is left of what those at `place`, or on probation beside it, held. Others' are for those who serve what
  /// they served.
  func forget(servedAt place: WorkerPlaceName) {
    let own = found.values.filter { record in
      record.death.flatMap { WorkerPlaceName($0.place) }?.served ?? place == place
    }
    records.forget(own.map(\.incarnation).sorted())
  }
}
