import RedisClient
import Synchronization

@testable import AgentStreams

/// Remembers what was refused, and may know something else to try.
final class RefusalLog: RefusalAnswer {
  private let seen = Mutex<[CommitRefusal]>([])
  private let next: @Sendable () -> Settlement?

  init(next: @escaping @Sendable () -> Settlement? = { nil }) {
    self.next = next
  }

  var refusals: [CommitRefusal] { seen.withLock { $0 } }

  func settlement(after refusal: CommitRefusal) -> Settlement? {
    seen.withLock { $0.append(refusal) }
    return next()
  }
}

extension Delivery {
  func settled(_ writes: CommitWrite..., refused: any RefusalAnswer = RefusalLog()) -> Settlement {
    Settlement(delivery: self, writes: CommitWrites(writes), refused: refused)
  }
}

extension CommitWrite {
  static func forward(_ text: String, to stream: String) -> CommitWrite {
    .forward(stream: stream, envelope: Array(text.utf8))
  }

  static func result(_ text: String, to list: String, timeToLive: Int = 0) -> CommitWrite {
    .result(list: list, envelope: Array(text.utf8), timeToLive: timeToLive)
  }
}

extension Streams {
  /// Commits a batch by one call of the script; the statuses in the order of the batch.
  func commit(_ batch: [Settlement]) async throws -> [CommitStatus] {
    let groups = CommitScript.ordered(batch)
    let statuses = try await CommitScript.call(groups, count: batch.count, client)
    return batch.map { settlement in
      zip(groups.flatMap(\.self), statuses).first { $0.0.delivery.isSame(as: settlement.delivery) }?.1
        ?? .notOurs
    }
  }
}

extension Delivery {
  fileprivate func isSame(as other: Delivery) -> Bool {
    source === other.source && entry.id == other.entry.id
  }
}

extension Committer {
  /// Commits all of it, and ends.
  func commitAll(_ settlements: [Settlement]) async {
    for settlement in settlements { submit(settlement) }
    finish()
    await run()
  }
}
