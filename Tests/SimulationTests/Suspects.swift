import RedisClient

@testable import AgentStreams

/// Holds deaths against what is promised: a message that kills again takes no other suspect along, and kills nobody who
/// serves; code under quarantine is not loaded.
@IOActor
final class Suspects {
  private struct Killer: Hashable {
    let host: Int
    let entry: Ledger.Entry
  }

  private let suspectFrom: Int
  private let ledger: Ledger
  /// Entries that came in an answer which was lost: their host could not give them out one by one.
  private var seenLate: Set<Ledger.Entry> = []
  /// What a host knows to be suspected of having killed a worker of its own.
  private var killers: Set<Killer> = []
  /// Since which step a stage's code is under quarantine.
  private var quarantined: [Int: Int] = [:]
  private let quarantineLimit: Int
  private var countedDeaths: Set<String> = []
  /// Of each stage's code, since it was last let in again.
  private var deathsSinceLift: [Int: Int] = [:]

  init(policy: LeasePolicy, quarantineLimit: Int, ledger: Ledger) {
    self.quarantineLimit = quarantineLimit
    suspectFrom = policy.suspectFrom
    self.ledger = ledger
  }

  func unseen(_ entry: Ledger.Entry) {
    seenLate.insert(entry)
  }

  /// Before the worker loses what it holds.
  func died(of delivery: Delivery, stage: Int, with worker: SimulatedWorker) {
    let entry = Ledger.Entry(stream: delivery.source.stream, id: delivery.entry.id)
    if !worker.isOnProbation, killers.contains(Killer(host: worker.host.number, entry: entry)) {
      ledger.violate(.probation, "\(text(delivery)) killed a second worker that serves")
    }
    if let since = quarantined[stage], since < worker.begin {
      ledger.violate(.quarantine, "\(worker.incarnation) has loaded code that is under quarantine")
    }
    guard isSuspect(delivery) else { return }
    for other in worker.held where isSuspect(other) {
      ledger.violate(
        .innocents,
        "\(text(delivery)) killed its worker, and took along \(text(other)), which is suspected too")
    }
  }

  /// What the worker has left says who may have killed it.
  func left(_ death: SimulatedDeath, of delivery: Delivery, by worker: SimulatedWorker) {
    let ids = death.worker.suspected[delivery.source.stream] ?? []
    guard ids.contains(delivery.entry.id) || worker.isOnProbation else { return }
    killers.insert(
      Killer(
        host: worker.host.number,
        entry: Ledger.Entry(stream: delivery.source.stream, id: delivery.entry.id)))
  }

  /// The host has lost its data folder.
  func forget(host: Int) {
    killers = killers.filter { $0.host != host }
  }

  // MARK: Quarantine

  /// The server has been asked to count a death.
  func counted(_ incarnation: String, _ stage: Int) {
    if countedDeaths.insert(incarnation).inserted { deathsSinceLift[stage, default: 0] += 1 }
  }

  /// Nobody has heard that it was counted: it may be once more.
  func mayCountAgain(_ incarnation: String) {
    countedDeaths.remove(incarnation)
  }

  func quarantined(_ stage: Int, at step: Int) {
    let deaths = deathsSinceLift[stage, default: 0]
    if deaths < quarantineLimit {
      ledger.violate(
        .quarantine, "code is under quarantine for \(deaths) deaths, and \(quarantineLimit) are too many")
    }
    quarantined[stage] = step
  }

  var quarantinedStages: [Int] { quarantined.keys.sorted() }

  func lifted(_ stage: Int) {
    quarantined[stage] = nil
    deathsSinceLift[stage] = 0
  }

  private func isSuspect(_ delivery: Delivery) -> Bool {
    delivery.deliveries > suspectFrom
      && !seenLate.contains(Ledger.Entry(stream: delivery.source.stream, id: delivery.entry.id))
  }

  private func text(_ delivery: Delivery) -> String {
    "\(delivery.entry.envelope?.description ?? "?") of \(delivery.source.stream)"
  }
}
