import AgentPlugins
import Glibc
import Logging

/// The life of the workers of one place: one serves, the next may be on its way, and those before it end.
///
/// There is one way to a new worker, whether a crash or a request asks for it: the next one is started, and when it
/// is ready, the one that served, where there is one, is told to end. A next one that does not become ready leaves
/// the other where it is, and is tried again after the backoff.
struct WorkerPlace: Equatable, Sendable {
  /// Living at once, a worker that is being started included.
  static let maximumWorkers = 2

  struct Serving: Equatable, Sendable {
    let incarnation: Incarnation
    let since: Duration
  }

  enum Next: Equatable, Sendable {
    case none
    case waiting(until: Duration)
    /// Asked for, and not yet told by which name.
    case launching
    /// `limit` is nil once it was killed for being too slow.
    case starting(Incarnation, limit: Duration?)
  }

  struct Retiring: Equatable, Sendable {
    let incarnation: Incarnation
    let wasReady: Bool
    var ending: Ending
  }

  let name: WorkerPlaceName
  let limits: SupervisionLimits
  private(set) var serving: Serving?
  private(set) var next = Next.none
  var retiring: [Retiring] = []
  /// False once all its workers are to end.
  private(set) var isWanted = true
  /// One more replacement, once the one that goes on is done.
  private(set) var isReplacementAsked = false
  /// A worker died that had been ready, and none was ready since: what it held was not handed back.
  private(set) var hasLeftWork = false
  /// How the workers ended that were told to when the place was to end; the first that did not end well counts.
  var exitCode = SupervisorExitCode.stopped
  private var backoff = RestartBackoff()
  /// Signals for a worker that is not ready: before that their default would end it.
  private var heldSignals: [Int32] = []

  init(_ name: WorkerPlaceName, limits: SupervisionLimits) {
    self.name = name
    self.limits = limits
  }

  /// Whether a worker takes messages.
  var isServing: Bool { serving != nil }

  /// Nothing lives here, and nothing is to.
  var isEmpty: Bool { serving == nil && next == .none && retiring.isEmpty }

  /// Whether a worker of this name is here that has not been told to end.
  func isAtWork(_ incarnation: Incarnation) -> Bool {
    if case .starting(incarnation, _) = next { return true }
    return serving?.incarnation == incarnation
  }

  mutating func start() -> [SupervisionAction] {
    isWanted = true
    return proceed()
  }

  mutating func handle(_ event: WorkerEvent, now: Duration) -> [SupervisionAction] {
    switch event {
    case .started(let incarnation): started(incarnation, now: now)
    case .notStarted(let reason): notStarted(.notStarted(reason: reason), now: now)
    case .ready(let incarnation): ready(incarnation, now: now)
    case .asksForReplacement(let incarnation, let reason): asked(by: incarnation, reason)
    case .exited(let incarnation, let exit, let isExplained):
      exited(incarnation, exit, isExplained: isExplained, now: now)
    }
  }

  /// A signal that means something to workers. One that is not ready gets it when it is.
  mutating func forward(_ signal: Int32) -> [SupervisionAction] {
    guard isWanted else { return [] }
    let direct = serving.map { SupervisionAction.signalWorker(name, $0.incarnation, signal) }
    guard serving == nil || next != .none else { return [direct].compactMap(\.self) }
    if !heldSignals.contains(signal) { heldSignals.append(signal) }
    return [direct, .log(.info, "\(signalName(signal)) held until \(aWorker) is ready")].compactMap(\.self)
  }

  /// All that lives here is asked to end, and nothing is started any more.
  mutating func end(now: Duration) -> [SupervisionAction] {
    isWanted = false
    isReplacementAsked = false
    heldSignals = []
    var actions: [SupervisionAction] = []
    let isReplaced: Bool
    if let serving { actions += retire(serving.incarnation, wasReady: true, now: now) }
    switch next {
    case .starting(let incarnation, _):
      isReplaced = true
      actions += retire(incarnation, wasReady: false, now: now)
      next = .none
    case .waiting, .none:
      isReplaced = false
      next = .none
    // Whoever starts it says so at once; it is then told to end.
    case .launching: isReplaced = false
    }
    exitCode =
      hasLeftWork && serving == nil && !isReplaced ? SupervisorExitCode.degraded : SupervisorExitCode.stopped
    serving = nil
    return actions
  }

  mutating func timer(now: Duration) -> [SupervisionAction] {
    var actions: [SupervisionAction] = []
    switch next {
    case .waiting(let until) where now >= until: actions += launch()
    case .starting(let incarnation, let limit?) where now >= limit:
      next = .starting(incarnation, limit: nil)
      let message =
        "\(worker(incarnation)) was not ready after \(SupervisionLimits.workerStart): killed\(whoStays)"
      actions += [.log(.error, message), .signalWorker(name, incarnation, SIGKILL)]
    case .none, .waiting, .launching, .starting: break
    }
    return actions + overstayed(now: now)
  }

  var nextDeadline: Duration? {
    let start: Duration? =
      switch next {
      case .waiting(let until): until
      case .starting(_, let limit): limit
      case .none, .launching: nil
      }
    return ([start] + retiring.map(\.ending.deadline)).compactMap(\.self).min()
  }

  /// Of a worker here, for people.
  func worker(_ incarnation: Incarnation) -> String {
    name == .main ? "worker \(incarnation)" : "worker \(incarnation) of \(name)"
  }

  private var aWorker: String { name == .main ? "the worker" : "the worker of \(name)" }

  private var whoStays: String { serving.map { "; worker \($0.incarnation) stays in its place" } ?? "" }

  /// Starts what is missing, or what was asked for.
  private mutating func proceed() -> [SupervisionAction] {
    let living = retiring.count + (serving == nil ? 0 : 1)
    guard isWanted, next == .none, living < Self.maximumWorkers else { return [] }
    return serving == nil || (isReplacementAsked && retiring.isEmpty) ? launch() : []
  }

  /// What was asked for before is answered by it.
  private mutating func launch() -> [SupervisionAction] {
    isReplacementAsked = false
    next = .launching
    return [.startWorker(name)]
  }

  private mutating func started(_ incarnation: Incarnation, now: Duration) -> [SupervisionAction] {
    let isExpected = next == .launching
    if isExpected { next = .none }
    guard isExpected, isWanted else { return retire(incarnation, wasReady: false, now: now) }
    next = .starting(incarnation, limit: now + SupervisionLimits.workerStart)
    return [.log(.info, "\(worker(incarnation)) started")]
  }

  private mutating func ready(_ incarnation: Incarnation, now: Duration) -> [SupervisionAction] {
    guard case .starting(incarnation, _) = next else { return [] }
    let before = serving
    next = .none
    serving = Serving(incarnation: incarnation, since: now)
    hasLeftWork = false
    var actions: [SupervisionAction] = [.log(.info, "\(worker(incarnation)) is ready")]
    actions += heldSignals.map { .signalWorker(name, incarnation, $0) }
    heldSignals = []
    if let before {
      actions.append(.log(.info, "\(worker(before.incarnation)) is replaced: asked to end"))
      actions += retire(before.incarnation, wasReady: true, now: now)
    }
    return actions + proceed()
  }

  /// Only whoever serves has seen more than the next one will: a request of any other is answered already.
  private mutating func asked(by incarnation: Incarnation, _ reason: String) -> [SupervisionAction] {
    guard let serving, serving.incarnation == incarnation, isWanted else {
      return [.log(.debug, "\(worker(incarnation)), which does not serve, asked to be replaced")]
    }
    isReplacementAsked = true
    return [.log(.notice, "\(worker(incarnation)) is to be replaced: \(LogText.escaped(reason))")] + proceed()
  }

  private mutating func exited(
    _ incarnation: Incarnation, _ exit: ProcessExit, isExplained: Bool, now: Duration
  ) -> [SupervisionAction] {
    if let serving, serving.incarnation == incarnation {
      return died(serving, exit, isExplained: isExplained, now: now)
    }
    if case .starting(incarnation, _) = next {
      return failed("\(worker(incarnation)) ended unasked, \(exit), before it was ready", now: now)
    }
    guard let index = retiring.firstIndex(where: { $0.incarnation == incarnation }) else { return [] }
    return retired(retiring.remove(at: index), exit) + proceed()
  }

  private mutating func died(
    _ serving: Serving, _ exit: ProcessExit, isExplained: Bool, now: Duration
  ) -> [SupervisionAction] {
    self.serving = nil
    hasLeftWork = true
    let life = now - serving.since
    let delay = backoff.delay(readyFor: life, isExplained: isExplained)
    let message =
      "\(worker(serving.incarnation)) ended unasked, \(exit), "
      + "after it had been ready for \(life.wholeMilliseconds) ms"
    switch next {
    case .launching, .starting: return [.log(.error, message + "; the next one is starting already")]
    case .waiting(let until): return again(message, at: min(until, now + delay), now: now)
    case .none: return again(message, at: now + delay, now: now)
    }
  }

  private mutating func notStarted(_ exit: ProcessExit, now: Duration) -> [SupervisionAction] {
    guard next == .launching else { return [] }
    guard isWanted else {
      next = .none
      return []
    }
    return failed("\(aWorker) \(exit)", now: now)
  }

  private mutating func failed(_ message: String, now: Duration) -> [SupervisionAction] {
    again(message + whoStays, at: now + backoff.delay(readyFor: nil), now: now)
  }

  private mutating func again(_ message: String, at start: Duration, now: Duration) -> [SupervisionAction] {
    if start <= now { return [.log(.error, message + "; replaced at once")] + launch() }
    next = .waiting(until: start)
    return [.log(.error, message + "; replaced in \((start - now).wholeMilliseconds) ms")]
  }

  private mutating func retire(
    _ incarnation: Incarnation, wasReady: Bool, now: Duration
  ) -> [SupervisionAction] {
    let ending = Ending.asked(killAt: now + limits.workerStop)
    retiring.append(Retiring(incarnation: incarnation, wasReady: wasReady, ending: ending))
    return [.signalWorker(name, incarnation, SIGTERM)]
  }
}
