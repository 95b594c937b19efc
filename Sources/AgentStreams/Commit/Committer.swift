import DequeModule
package import Logging
package import NIOCore
package import RedisClient

/// What commits have come to, since the start.
package struct CommitCounters: Sendable, Equatable {
  package var batches = 0
  package var done = 0
  /// Outcomes of entries that had gone to somebody else meanwhile.
  package var notOurs = 0
  package var refused = 0
  /// Outcomes of requests that had ended before.
  package var ended = 0
  /// Batches sent again because their answer was lost.
  package var repeated = 0
  /// Outcomes of such batches whose entries were settled by then: by the first time, or by somebody else.
  package var ambiguous = 0
}

/// The last stage: writes outcomes, many in one call, as soon as it can. A lone outcome goes at once; while calls are under
/// way, what finishes meanwhile gathers for the next.
///
/// Calls are small and many at once, so that the server works on one while agents work on what the last one forwarded and
/// the next one gathers: large ones, few at once, have server and agents wait for each other. Where the server is far
/// away, the number of calls keeps as much under way as large ones would.
///
/// A batch whose answer is lost is sent again as it is: the fence makes that safe, since an entry
/// that was committed is no longer pending.
@IOActor
package final class Committer {
  /// Outcomes in one call.
  package nonisolated static let maximumBatch = 32
  /// Bytes in one call; a larger outcome goes alone.
  package nonisolated static let maximumBatchBytes = 128 << 10
  /// Calls under way at once.
  private static let maximumCalls = 16
  /// So many are made whatever has gathered; those beyond are full.
  private static let eagerCalls = 2

  private let client: RedisClient
  private let logger: Logger
  private var waiting: Deque<Settlement> = []
  private var waitingBytes = 0
  private let mayGoOn = Condition()
  package private(set) var callsUnderWay = 0
  private var isEnding = false
  /// Whether a task has been woken that has not come to its batch yet.
  private var isStarting = false
  private var lastWarning = WarningInterval()
  private var lastDropped = WarningInterval()
  private var lastUnsettled = WarningInterval()
  package private(set) var counters = CommitCounters()
  /// Called with each request that has ended by what was committed here.
  package var requestEnded: (@IOActor (CommitWrite.RequestEnd) -> Void)?
  /// Called with each message that has to wait, by what was committed here.
  package var delayed: (@IOActor (CommitWrite.DelayedMessage) -> Void)?
  /// When the server answered last, or there was nothing to ask.
  private var lastProgress = NIODeadline.now()

  package init(client: RedisClient, logger: Logger) {
    self.client = client
    self.logger = logger
  }

  /// Takes an outcome; bounded by the slots of its source.
  package func submit(_ settlement: Settlement) {
    if isIdle { lastProgress = .now() }
    waiting.append(settlement)
    waitingBytes += settlement.byteCount
    startNext()
  }

  /// Commits until `finish`, and what is left then.
  package func run() async {
    await withDiscardingTaskGroup { group in
      for _ in 0..<Self.maximumCalls {
        group.addTask { await self.commitBatches() }
      }
    }
  }

  /// Lets `run` return once everything submitted is committed.
  package func finish() {
    isEnding = true
    mayGoOn.wakeAll()
  }

  package var isIdle: Bool { waiting.isEmpty && callsUnderWay == 0 }

  /// For how long outcomes have waited, and the server has answered to none.
  package var standstill: TimeAmount { isIdle ? .zero : NIODeadline.now() - lastProgress }

  private func commitBatches() async {
    while true {
      if !isCallDue {
        if isEnding { return }
        await mayGoOn.wait { !isCallDue && !isEnding }
        isStarting = false
        continue
      }
      let batch = takeBatch()
      callsUnderWay += 1
      startNext()
      await commit(batch)
      callsUnderWay -= 1
    }
  }

  private var isCallDue: Bool {
    guard !waiting.isEmpty else { return false }
    let isFull = waiting.count >= Self.maximumBatch || waitingBytes >= Self.maximumBatchBytes
    return isEnding || callsUnderWay < Self.eagerCalls || isFull
  }

  private func startNext() {
    if isCallDue, !isStarting { isStarting = mayGoOn.wakeOne() }
  }

  private func takeBatch() -> [Settlement] {
    var batch: [Settlement] = []
    var bytes = 0
    while batch.count < Self.maximumBatch, let next = waiting.first {
      bytes += next.byteCount
      if !batch.isEmpty, bytes > Self.maximumBatchBytes { break }
      batch.append(next)
      waiting.removeFirst()
      waitingBytes -= next.byteCount
    }
    return batch
  }

  /// Commits `batch`, however long the server is away.
  private func commit(_ batch: [Settlement]) async {
    var remaining = batch
    var isRepeated = false
    var backoff = Backoff()
    while !remaining.isEmpty {
      let groups = CommitScript.ordered(remaining)
      let ordered = groups.flatMap(\.self)
      do throws(RedisError) {
        let statuses = try await CommitScript.call(groups, count: ordered.count, client)
        counters.batches += 1
        lastProgress = .now()
        remaining = []
        for (settlement, status) in zip(ordered, statuses) {
          if status.isPassing {
            remaining.append(settlement)
          } else {
            settled(settlement, status, isRepeated: isRepeated)
          }
        }
        if remaining.isEmpty { return }
        if statuses.contains(where: \.isOfReplica) { client.leaveReplica() }
        if lastWarning.elapsed() {
          logger.warning("the server can't take \(remaining.count) outcomes now; trying again")
        }
      } catch {
        if let text = refusal(error) { return await refused(ordered, text) }
        if isEnding, error.meaning == nil { return abandon(ordered, error) }
        counters.repeated += 1
        isRepeated = true
        client.warn("a commit failed", error)
      }
      try? await IOActor.sleep(for: backoff.next())  // cancelled: the next attempt decides
    }
  }

  /// The server's error, where the same call would meet it again; nil where waiting helps.
  private func refusal(_ error: RedisError) -> String? {
    guard case .response(let text) = error else { return nil }
    let meaning = ResponseMeaning(of: text)
    return meaning.isPassing || meaning == .scriptMissing ? nil : text
  }

  /// The server refuses the call as a whole; entry by entry it is seen which of them is the cause.
  private func refused(_ batch: [Settlement], _ text: String) async {
    guard batch.count > 1 else {
      for settlement in batch { settled(settlement, .refused(.error(text)), isRepeated: false) }
      return
    }
    for settlement in batch { await commit([settlement]) }
  }

  private func abandon(_ batch: [Settlement], _ error: RedisError) {
    logger.error("\(batch.count) outcomes were not committed, their entries stay pending: \(error)")
    for settlement in batch { settlement.delivery.source.release(settlement.delivery) }
  }

  private func settled(_ settlement: Settlement, _ status: CommitStatus, isRepeated: Bool) {
    let delivery = settlement.delivery
    switch status {
    case .done:
      counters.done += 1
      settlement.writes.forEach { write in
        switch write {
        case .end(let end): requestEnded?(end)
        case .delay(let message): delayed?(message)
        default: break
        }
      }
    case .ended:
      counters.ended += 1
      if lastDropped.elapsed() {
        logger.notice(
          "the outcome of \(delivery.entry.id) on \(delivery.source.stream) was dropped: its request had ended",
          metadata: delivery.logNames)
      }
    case .notOurs where isRepeated:
      counters.ambiguous += 1
    case .notOurs:
      counters.notOurs += 1
      if lastDropped.elapsed() {
        logger.notice(
          "the outcome of \(delivery.entry.id) on \(delivery.source.stream) was dropped: not ours any more",
          metadata: delivery.logNames)
      }
    case .refused(let refusal):
      counters.refused += 1
      if let next = settlement.refused.settlement(after: refusal) { return submit(next) }
      if lastUnsettled.elapsed() {
        logger.error(
          "\(delivery.entry.id) on \(delivery.source.stream) stays pending: \(refusal)",
          metadata: delivery.logNames)
      }
    }
    delivery.source.release(delivery)
  }
}
