import RedisClient

@testable import AgentStreams

/// Holds takeovers and deaths against what is promised to innocents: a lease lapses only where something went wrong
/// with its holder, and a message that kills again takes no other suspect along.
@IOActor
final class Suspects {
  private let suspectFrom: Int
  private let ledger: Ledger
  /// Entries that came in an answer which was lost: their host could not give them out one by one.
  private var seenLate: Set<Ledger.Entry> = []

  init(policy: LeasePolicy, ledger: Ledger) {
    suspectFrom = policy.suspectFrom
    self.ledger = ledger
  }

  func unseen(_ entry: Ledger.Entry) {
    seenLate.insert(entry)
  }

  func died(of delivery: Delivery, with host: SimulatedHost) {
    guard isSuspect(delivery) else { return }
    for other in host.held where isSuspect(other) {
      ledger.violate(
        .innocents,
        "\(text(delivery)) killed its host, and took along \(text(other)), which is suspected too")
    }
  }

  private func isSuspect(_ delivery: Delivery) -> Bool {
    delivery.deliveries > suspectFrom
      && !seenLate.contains(Ledger.Entry(stream: delivery.source.stream, id: delivery.entry.id))
  }

  private func text(_ delivery: Delivery) -> String {
    "\(delivery.entry.envelope?.description ?? "?") of \(delivery.source.stream)"
  }
}
