import AgentRuntime
import Logging

extension SupervisionAction {
  static func signal(
    _ name: String, _ signal: Int32, at place: WorkerPlaceName = .main
  ) -> SupervisionAction {
    .signalWorker(place, Incarnation(name), signal)
  }
}

/// A supervision state with a clock moved by hand; keeps what it decided, and the log apart.
struct SupervisionDriver {
  static let drainGrace = Duration.seconds(2)
  static let limits = SupervisionLimits(drainGrace: drainGrace)

  var state: SupervisionState
  var now = Duration.seconds(1_000)
  var levels: [Logger.Level] = []
  var messages: [String] = []

  init(ownsRedis: Bool = false) {
    state = SupervisionState(limits: Self.limits, ownsRedis: ownsRedis)
  }

  /// With a worker, named "first", that has been ready since now.
  static func ready(ownsRedis: Bool = false) -> SupervisionDriver {
    var driver = SupervisionDriver(ownsRedis: ownsRedis)
    driver.tell(.begin)
    if ownsRedis { driver.tell(.redisAnswered) }
    driver.start("first")
    driver.ready("first")
    return driver
  }

  @discardableResult
  mutating func start(_ name: String, at place: WorkerPlaceName = .main) -> [SupervisionAction] {
    tell(.worker(place, .started(Incarnation(name))))
  }

  @discardableResult
  mutating func ready(_ name: String, at place: WorkerPlaceName = .main) -> [SupervisionAction] {
    tell(.worker(place, .ready(Incarnation(name))))
  }

  @discardableResult
  mutating func exit(
    _ name: String, at place: WorkerPlaceName = .main, _ exit: ProcessExit
  ) -> [SupervisionAction] {
    tell(.worker(place, .exited(Incarnation(name), exit)))
  }

  /// The worker asks to be replaced.
  @discardableResult
  mutating func ask(_ name: String, at place: WorkerPlaceName = .main) -> [SupervisionAction] {
    tell(.worker(place, .asksForReplacement(Incarnation(name), reason: "a test")))
  }

  @discardableResult
  mutating func tell(_ event: SupervisionEvent) -> [SupervisionAction] {
    state.handle(event, now: now).filter { action in
      guard case .log(let level, let message) = action else { return true }
      levels.append(level)
      messages.append(message)
      return false
    }
  }

  /// Moves the clock to the next deadline and lets the timer fire.
  mutating func reachDeadline() -> [SupervisionAction] {
    guard let deadline = state.nextDeadline else { return [] }
    now = max(now, deadline)
    return tell(.timer)
  }

  mutating func pass(_ time: Duration) {
    now += time
  }

  /// How long until the next deadline.
  var remaining: Duration? { state.nextDeadline.map { $0 - now } }
}
