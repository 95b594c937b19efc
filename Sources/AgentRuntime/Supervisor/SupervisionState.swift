import Glibc
import Logging

/// Decides everything the supervisor does; a value, moved by events and a clock that are handed in.
///
/// A private Redis (where there is one) comes first and goes last; the worker lives in between. Before the
/// first worker was ever ready any death is a failed start and ends the run; afterwards the dead are
/// replaced, until a signal asks for the end.
package struct SupervisionState: Equatable, Sendable {
  package enum Stage: Equatable, Sendable {
    case starting
    case running
    case stopping
    case finished(exitCode: Int32)
  }

  enum Worker: Equatable, Sendable {
    case absent
    case waiting(until: Duration)
    /// Asked for, and not yet told by which name.
    case launching
    /// `limit` is nil once it was killed for being too slow.
    case starting(Incarnation, limit: Duration?)
    case ready(Incarnation, since: Duration)
    case stopping(Ending, wasReady: Bool)
  }

  enum Redis: Equatable, Sendable {
    case absent
    case waiting(until: Duration)
    /// `limit` is nil once a restart was reported as slow.
    case starting(limit: Duration?, nextProbe: Duration)
    case serving(since: Duration)
    case stopping(Ending)
  }

  /// A child that was told to end: first asked, then killed, then given up.
  enum Ending: Equatable, Sendable {
    case asked(killAt: Duration)
    case killed(giveUpAt: Duration)

    var deadline: Duration {
      switch self {
      case .asked(let killAt): killAt
      case .killed(let giveUpAt): giveUpAt
      }
    }
  }

  let limits: SupervisionLimits
  let ownsRedis: Bool
  package internal(set) var stage = Stage.starting
  var worker = Worker.absent
  var workerBackoff = RestartBackoff()
  /// Signals for a worker that is not ready: before that their default would end it.
  var heldSignals: [Int32] = []
  var redis = Redis.absent
  var redisBackoff = RestartBackoff()
  var exitCode = SupervisorExitCode.stopped

  package init(limits: SupervisionLimits, ownsRedis: Bool) {
    self.limits = limits
    self.ownsRedis = ownsRedis
  }

  package mutating func handle(_ event: SupervisionEvent, now: Duration) -> [SupervisionAction] {
    switch event {
    case .begin: ownsRedis ? startRedis(now: now) : startWorker()
    case .redisAnswered: redisAnswered(now: now)
    case .redisExited(let exit, let lastLines): redisExited(exit, lastLines: lastLines, now: now)
    case .workerStarted(let incarnation): workerStarted(incarnation, now: now)
    case .workerReady: workerReady(now: now)
    case .workerExited(let exit): workerExited(exit, now: now)
    case .signal(let signal): received(signal: signal, now: now)
    case .timer: workerTimer(now: now) + redisTimer(now: now)
    }
  }

  /// When `timer` is due next; nil when nothing waits for time.
  package var nextDeadline: Duration? {
    [workerDeadline, redisDeadline].compactMap(\.self).min()
  }

  private mutating func received(signal: Int32, now: Duration) -> [SupervisionAction] {
    if signal == SIGTERM || signal == SIGINT {
      return stage == .stopping ? force(signal: signal, now: now) : stop(signal: signal, now: now)
    }
    switch (stage, worker) {
    case (.stopping, _), (.finished, _): return [.log(.info, "\(signalName(signal)) ignored: stopping")]
    case (_, .ready): return [.signalWorker(signal)]
    default:
      if !heldSignals.contains(signal) { heldSignals.append(signal) }
      return [.log(.info, "\(signalName(signal)) held until the worker is ready")]
    }
  }
}
