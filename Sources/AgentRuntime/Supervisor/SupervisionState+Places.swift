import Glibc
import Logging

/// The places: which there are, and what comes of what happens there.
extension SupervisionState {
  mutating func startMain() -> [SupervisionAction] { with(.main) { $0.start() } }

  mutating func workerEvent(
    _ event: WorkerEvent, at name: WorkerPlaceName, now: Duration
  ) -> [SupervisionAction] {
    if stage == .starting, name == .main, let failure = failedStart(event, now: now) { return failure }
    var actions = with(name) { $0.handle(event, now: now) }
    if stage == .starting, places[.main]?.serving != nil { stage = .running }
    actions += settle(now: now)
    return actions
  }

  mutating func wantedPlaces(
    _ names: [String], by incarnation: Incarnation, now: Duration
  ) -> [SupervisionAction] {
    guard places[.main]?.isAtWork(incarnation) == true else { return [] }
    wantedNames = Set(names)
    return settle(now: now)
  }

  /// What follows once something has happened at a place.
  mutating func settle(now: Duration) -> [SupervisionAction] {
    switch stage {
    case .starting, .finished: return []
    case .running: return arrangePlaces(now: now)
    case .stopping: return stopRedisAfterWorkers(now: now)
    }
  }

  /// For each place, the main one first.
  mutating func atEachPlace(
    _ body: (inout WorkerPlace) -> [SupervisionAction]
  ) -> [SupervisionAction] {
    places.keys.sorted(by: WorkerPlaceName.isOrdered).flatMap { with($0, body) }
  }

  /// Places that are new begin, those that nobody wants end, and what has ended goes.
  private mutating func arrangePlaces(now: Duration) -> [SupervisionAction] {
    let wanted = wantedNames
    var actions: [SupervisionAction] = []
    for name in places.keys.sorted(by: WorkerPlaceName.isOrdered) {
      switch name {
      case .isolated(let text): actions += arrange(name, isWanted: wanted.contains(text), now: now)
      case .probation(of: .isolated(let text)) where !wanted.contains(text):
        actions += with(name) { $0.isWanted ? $0.end(now: now) : [] }
      case .main, .probation: break
      }
      if let place = places[name], !place.isWanted, place.isEmpty { places[name] = nil }
    }
    for text in wanted.sorted() where places[.isolated(text)] == nil {
      // Those that still end count too; the rest waits for them.
      guard places.keys.count(where: { !$0.isProbation }) <= Self.maximumIsolatedPlaces else { break }
      places[.isolated(text)] = WorkerPlace(.isolated(text), limits: limits)
      actions += with(.isolated(text)) { $0.start() }
    }
    return actions
  }

  private mutating func arrange(
    _ name: WorkerPlaceName, isWanted: Bool, now: Duration
  ) -> [SupervisionAction] {
    with(name) { place in
      switch (place.isWanted, isWanted) {
      case (true, false):
        [.log(.notice, "place \(name) is of no more use: its worker ends")] + place.end(now: now)
      case (false, true): [.log(.notice, "place \(name) is of use again")] + place.start()
      case (true, true), (false, false): []
      }
    }
  }

  mutating func with(
    _ name: WorkerPlaceName, _ body: (inout WorkerPlace) -> [SupervisionAction]
  ) -> [SupervisionAction] {
    guard var place = places[name] else { return [] }
    defer { places[name] = place }
    return body(&place)
  }

  /// The first worker never was ready: what stopped it will stop the next one too. Nil where it has not ended.
  private mutating func failedStart(_ event: WorkerEvent, now: Duration) -> [SupervisionAction]? {
    let exit: ProcessExit
    switch event {
    case .exited(let incarnation, let how, _) where places[.main]?.isAtWork(incarnation) == true: exit = how
    case .notStarted(let reason): exit = .notStarted(reason: reason)
    case .started, .ready, .asksForReplacement, .exited: return nil
    }
    places[.main] = WorkerPlace(.main, limits: limits)
    exitCode = if case .exited(let code) = exit, code != 0 { code } else { SupervisorExitCode.failed }
    stage = .stopping
    let message =
      "the worker ended before it was ever ready, \(exit): the start has failed; "
      + "its own messages above say why"
    return [.log(.critical, message)] + stopRedis(now: now)
  }
}
