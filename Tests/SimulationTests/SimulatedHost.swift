import AgentRuntime
import Glibc
import RedisClient
import SeededGenerator

@testable import AgentStreams

/// A host: its supervisor, by the real state machine, and the workers that this has started.
@IOActor
final class SimulatedHost {
  let number: Int
  let stages: [Int]
  unowned let simulation: Simulation
  /// Nil while the host is down.
  private var state: SupervisionState?
  /// That live, also those that only begin or are told to end.
  private(set) var workers: [SimulatedWorker] = []
  /// What workers of this host have left in its data folder.
  private(set) var dead: [String: SimulatedDeath] = [:]
  /// Those of the dead whose code has been called to account.
  var accounted: Set<String> = []
  private var lastProcessID = 6
  private var patience = Patience()
  private var events: [SupervisionEvent] = []

  init(number: Int, stages: [Int], simulation: Simulation) {
    self.number = number
    self.stages = stages
    self.simulation = simulation
  }

  var isUp: Bool { state != nil }
  var runningWorkers: [SimulatedWorker] { workers.filter(\.isRunning) }

  // MARK: Its life

  /// `knowsDead`: whether the data folder of before is there.
  func start(knowsDead: Bool, keepsProcessID: Bool) {
    simulation.log("host \(number) starts\(knowsDead ? ", knowing \(dead.keys.sorted())" : "")")
    if !knowsDead {
      dead = [:]
      simulation.suspects.forget(host: number)
    }
    if keepsProcessID { lastProcessID = 6 }
    patience = Patience()
    state = SupervisionState(limits: SupervisionLimits(drainGrace: .seconds(100)), ownsRedis: false)
    handle(.begin)
  }

  /// The supervisor is killed, and all its workers with it.
  func crash() {
    simulation.log("host \(number) crashes")
    let dying = workers
    state = nil
    workers = []
    for worker in dying { worker.die(by: .crash) }
  }

  func stop() {
    simulation.log("host \(number) is told to end")
    handle(.signal(SIGTERM))
  }

  /// Time has gone by.
  func timer() {
    if let deadline = state?.nextDeadline, deadline <= now { handle(.timer) }
  }

  private var now: Duration { .milliseconds(simulation.now) }

  // MARK: Its workers

  func ready(_ worker: SimulatedWorker) {
    worker.readySince = simulation.now
    handle(.worker(worker.place, .ready(Incarnation(worker.incarnation))))
  }

  /// It is gone; `death` is nil where it ended as it should.
  func exited(_ worker: SimulatedWorker, _ death: SimulatedDeath?) {
    workers.removeAll { $0 === worker }
    if let death { dead[worker.incarnation] = death }
    let exit = death == nil ? ProcessExit.exited(code: 0) : .signaled(signal: SIGSEGV, dumpedCore: false)
    let isKnown = death?.stage != nil
    let wasSteady = worker.readySince.map { simulation.now - $0 >= Patience.steadyLife } ?? false
    if wasSteady { patience.forget(worker.place) }
    if death != nil, !isKnown, !worker.isToldToEnd { patience.died(at: worker.place, now: simulation.now) }
    let isExplained = isKnown || simulation.mutation == .excusesDeaths
    handle(
      .worker(worker.place, .exited(Incarnation(worker.incarnation), exit, isExplained: isExplained)))
  }

  func suspectsFound(by worker: SimulatedWorker) {
    handle(.suspects(at: worker.place, by: Incarnation(worker.incarnation)))
  }

  func cleared(by worker: SimulatedWorker) {
    handle(.cleared(worker.place, by: Incarnation(worker.incarnation)))
  }

  func replace(_ worker: SimulatedWorker) {
    handle(
      .worker(
        worker.place, .asksForReplacement(Incarnation(worker.incarnation), reason: "the simulation's")))
  }

  /// What was taken over of it is gone, and with it the record.
  func forget(_ incarnation: String) {
    dead[incarnation] = nil
  }

  // MARK: The supervisor's shell

  private func handle(_ event: SupervisionEvent) {
    events.append(event)
    guard events.count == 1 else { return }
    while let next = events.first {
      let actions = state?.handle(next, now: now) ?? []
      for action in actions { perform(action) }
      events.removeFirst()
    }
  }

  private func perform(_ action: SupervisionAction) {
    switch action {
    case .startWorker(let place): startWorker(at: place)
    case .signalWorker(_, let incarnation, let signal): send(signal, to: incarnation.description)
    case .log(_, let message): simulation.log("  host \(number): \(message)")
    case .finish: state = nil
    case .startRedis, .probeRedis, .signalRedis: break
    }
  }

  private func startWorker(at place: WorkerPlaceName) {
    if patience.isOver(at: place, now: simulation.now) {
      simulation.ledger.violate(
        .backoff, "host \(number) starts a worker at once, after two that died at once of nobody knows what")
    }
    if simulation.hasBegun, simulation.hasFaults, simulation.random.chance(30) {
      patience.died(at: place, now: simulation.now)
      return handle(.worker(place, .notStarted(reason: "no memory")))
    }
    let worker = SimulatedWorker(place: place, processID: newProcessID(), host: self)
    workers.append(worker)
    handle(.worker(place, .started(Incarnation(worker.incarnation))))
  }

  /// One that no worker has that lives; it may have been another's.
  private func newProcessID() -> Int {
    let used = Set(workers.map(\.processID))
    if simulation.random.chance(2), let free = (7...lastProcessID + 1).first(where: { !used.contains($0) }) {
      lastProcessID = max(lastProcessID, free)
      return free
    }
    lastProcessID += 1
    return lastProcessID
  }

  private func send(_ signal: Int32, to incarnation: String) {
    guard let worker = workers.first(where: { $0.incarnation == incarnation }) else { return }
    if signal == SIGKILL { worker.die(by: .crash) } else { worker.isToldToEnd = true }
  }
}

/// How many workers of a place have died without an explanation while no time went by.
struct Patience {
  private struct Deaths {
    var now: Int
    var count: Int
  }

  /// Milliseconds; whoever was ready for so long had nothing to do with the deaths before.
  static let steadyLife = Int(RestartBackoff.steadyLife / .milliseconds(1))

  private var deaths: [WorkerPlaceName: Deaths] = [:]

  mutating func forget(_ place: WorkerPlaceName) {
    deaths[place] = nil
  }

  mutating func died(at place: WorkerPlaceName, now: Int) {
    let before = deaths[place].flatMap { $0.now == now ? $0.count : nil } ?? 0
    deaths[place] = Deaths(now: now, count: before + 1)
  }

  /// Whether the next worker of the place has to wait.
  func isOver(at place: WorkerPlaceName, now: Int) -> Bool {
    deaths[place].map { $0.now == now && $0.count > 1 } ?? false
  }
}
