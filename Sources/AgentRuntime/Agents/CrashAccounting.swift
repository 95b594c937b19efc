import AgentPlugins
import AgentStreams
import Logging
import RedisClient

/// Calls an agent's code to account for the workers that it has killed, before any code is loaded again.
@IOActor
struct CrashAccounting {
  private let client: RedisClient
  private let crashes: CrashCount
  private let records: WorkerRecords
  private let logger: Logger

  init(
    client: RedisClient, keys: Keys, records: WorkerRecords, settings: Settings, logger: Logger
  ) {
    self.records = records
    self.client = client
    self.logger = logger
    crashes = CrashCount(settings, keys: keys)
  }

  func account(for dead: [DeadRecord]) async {
    for record in dead {
      guard let death = record.death, !death.isClean, !death.isAccounted,
        let library = CrashVerdict(death).library
      else { continue }
      do throws(RedisError) {
        try await count(
          record.incarnation, library,
          roles: Set(death.agents.filter { $0.library.hash == library.hash }.map(\.role)).sorted())
        mark(record.incarnation)
      } catch {
        // Its record stays until what it held has been taken over, and is counted by the next worker.
        client.warn("the death of worker \(record.incarnation) could not be counted", error)
      }
    }
  }

  /// A record may lie there for long; what it stands for may have been forgiven by then.
  private func mark(_ incarnation: String) {
    do throws(SystemCallError) {
      try records.markAccounted(incarnation)
    } catch {
      logger.warning("the death of worker \(incarnation) may be counted again: \(error)")
    }
  }

  private func count(
    _ incarnation: String, _ library: RecordedDeath.Library, roles: [String]
  ) async throws(RedisError) {
    let reason = "it killed workers again and again, the last one \(incarnation)"
    let result = try await crashes.count(
      incarnation, hash: library.hash,
      Quarantine(file: library.file, reason: reason, since: WallClock.now(), roles: roles),
      client: client)
    if result.isQuarantined {
      logger.error(
        """
        \(LogText.escaped(library.file)), hash \(library.hash.prefix(12)), has killed \(result.count) workers: \
        quarantined on all hosts; agenthost plugin quarantine lift \(library.hash.prefix(12)) lets it in again
        """)
    }
  }
}

extension CrashCount {
  init(_ settings: Settings, keys: Keys) {
    self.init(
      keys: keys, window: .fractional(seconds: settings.quarantineWindow), limit: settings.quarantineCrashes)
  }
}
