import RedisClient
import SeededGenerator

@testable import AgentStreams

/// The worker's committer.
extension SimulatedWorker {
  private static let calls = 4

  /// One call of the commit script: a batch again whose answer was lost, or a part of what has finished.
  func commit(all: Bool = false) async throws {
    let mustRepeat = unanswered.count == Self.calls || finished.isEmpty || all
    let repeats = !unanswered.isEmpty && (mustRepeat || simulation.random.chance(2))
    if repeats { return try await commit(unanswered.removeFirst()) }
    guard !finished.isEmpty else { return }
    finished.shuffle(using: &simulation.random)
    let count = all ? finished.count : Int.random(in: 1...finished.count, using: &simulation.random)
    let batch = Array(finished.prefix(count))
    finished.removeFirst(count)
    try await commit(batch)
  }

  private func commit(_ batch: [Settlement]) async throws {
    let groups = CommitScript.ordered(batch)
    let ordered = groups.flatMap(\.self)
    let what = "\(incarnation) commits \(ordered.map(Self.text))"
    simulation.log(what)
    if simulation.mutation == .settlesFirst {
      try await settle(groups)
      if simulation.random.chance(8) { return die(by: .crash) }
    }
    let statuses = try await pass(what) { [simulation] in
      let statuses = try await CommitScript.call(
        groups, count: ordered.count, by: simulation.scripts.commit, simulation.client)
      for (settlement, status) in zip(ordered, statuses) {
        simulation.ledger.committed(settlement, status, at: simulation.now)
      }
      return statuses
    }
    guard let statuses else { return unanswered.append(ordered) }
    for (settlement, status) in zip(ordered, statuses) { settled(settlement, status) }
  }

  private static func text(_ settlement: Settlement) -> String {
    let delivery = settlement.delivery
    return "\(delivery.entry.id) (\(delivery.entry.envelope?.description ?? "?"), \(delivery.deliveries))"
  }

  private func settled(_ settlement: Settlement, _ status: CommitStatus) {
    if status != .done { simulation.log("  \(settlement.delivery.entry.id): \(status)") }
    if case .refused(let refusal) = status {
      if let next = settlement.refused.settlement(after: refusal) {
        finished.append(next)
        return
      }
      simulation.ledger.violate(.nothingLost, "\(settlement.delivery.entry.id) stays pending: \(refusal)")
    }
    settlement.delivery.source.release(settlement.delivery)
  }

  /// As a host would that acknowledges before it writes.
  private func settle(_ groups: [[Settlement]]) async throws {
    for group in groups {
      for settlement in group {
        let source = settlement.delivery.source
        let id = settlement.delivery.entry.id
        _ = try await simulation.client.send(RedisCommand("XACK", source.stream, source.group, id))
        _ = try await simulation.client.send(RedisCommand("XDEL", source.stream, id))
      }
    }
  }
}
