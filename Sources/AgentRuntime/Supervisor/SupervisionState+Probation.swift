import Logging

/// Probation: messages that are suspected of killing workers are worked on alone, one after the other, by a worker that
/// does nothing else. What kills that one costs nobody but itself.
extension SupervisionState {
  mutating func foundSuspects(at name: WorkerPlaceName, by incarnation: Incarnation) -> [SupervisionAction] {
    guard stage == .running, !name.isProbation, let place = places[name], place.isWanted,
      place.isAtWork(incarnation)
    else { return [] }
    let probation = WorkerPlaceName.probation(of: name)
    if places[probation]?.isWanted == true { return [] }
    if places[probation] == nil { places[probation] = WorkerPlace(probation, limits: limits) }
    let message = "there are messages that are suspected of killing workers: a worker on probation takes them"
    return [.log(.notice, message)] + with(probation) { $0.start() }
  }

  mutating func cleared(
    _ name: WorkerPlaceName, by incarnation: Incarnation, now: Duration
  ) -> [SupervisionAction] {
    guard stage == .running, name.isProbation, let place = places[name], place.isWanted,
      place.serving?.incarnation == incarnation
    else { return [] }
    return [.log(.info, "\(name) is over: no message is suspected any more")]
      + with(name) { $0.end(now: now) }
  }
}
