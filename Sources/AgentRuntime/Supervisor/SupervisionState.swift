import AgentPlugins
import Glibc
import Logging

/// Decides everything the supervisor does; a value, moved by events and a clock that are handed in.
///
/// A private Redis (where there is one) comes first and goes last; workers live in between, each at its place. Before
/// the first worker of the main place was ever ready, a death is a failed start and ends the run; afterwards the dead
/// are replaced, until a signal asks for the end. Isolated places begin once the main one serves.
package struct SupervisionState: Equatable, Sendable {
  static let maximumIsolatedPlaces = PlaceName.maximumCount

  package enum Stage: Equatable, Sendable {
    case starting
    case running
    case stopping
    case finished(exitCode: Int32)
  }

  enum Redis: Equatable, Sendable {
    case absent
    case waiting(until: Duration)
    /// `limit` is nil once a restart was reported as slow.
    case starting(limit: Duration?, nextProbe: Duration)
    case serving(since: Duration)
    case stopping(Ending)
  }

  let limits: SupervisionLimits
  let ownsRedis: Bool
  package internal(set) var stage = Stage.starting
  /// The main one is always there.
  var places: [WorkerPlaceName: WorkerPlace]
  /// The isolated places that there are to be.
  var wantedNames: Set<String> = []
  var redis = Redis.absent
  var redisBackoff = RestartBackoff()
  var exitCode = SupervisorExitCode.stopped

  package init(limits: SupervisionLimits, ownsRedis: Bool) {
    self.limits = limits
    self.ownsRedis = ownsRedis
    places = [.main: WorkerPlace(.main, limits: limits)]
  }

  package mutating func handle(_ event: SupervisionEvent, now: Duration) -> [SupervisionAction] {
    switch event {
    case .begin: ownsRedis ? startRedis(now: now) : startMain()
    case .redisAnswered: redisAnswered(now: now)
    case .redisExited(let exit, let lastLines): redisExited(exit, lastLines: lastLines, now: now)
    case .worker(let place, let event): workerEvent(event, at: place, now: now)
    case .places(let names, let incarnation): wantedPlaces(names, by: incarnation, now: now)
    case .suspects(let place, let incarnation): foundSuspects(at: place, by: incarnation)
    case .cleared(let place, let incarnation): cleared(place, by: incarnation, now: now)
    case .signal(let signal): received(signal: signal, now: now)
    case .timer: atEachPlace { $0.timer(now: now) } + settle(now: now) + redisTimer(now: now)
    }
  }

  /// When `timer` is due next; nil when nothing waits for time.
  package var nextDeadline: Duration? {
    (places.values.map(\.nextDeadline) + [redisDeadline]).compactMap(\.self).min()
  }

  /// Whether no worker was ever started.
  var isBeforeWorkers: Bool { stage == .starting && places[.main]?.isEmpty == true }

  private mutating func received(signal: Int32, now: Duration) -> [SupervisionAction] {
    if signal == SIGTERM || signal == SIGINT {
      return stage == .stopping ? force(signal: signal, now: now) : stop(signal: signal, now: now)
    }
    switch stage {
    case .stopping, .finished: return [.log(.info, "\(signalName(signal)) ignored: stopping")]
    case .starting, .running: return atEachPlace { $0.forward(signal) }
    }
  }
}
