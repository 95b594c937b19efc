package import Logging

/// What the supervisor's shell tells the state machine.
package enum SupervisionEvent: Equatable, Sendable {
  case begin
  case redisAnswered
  /// `lastLines` is the end of the server's log.
  case redisExited(ProcessExit, lastLines: String)
  case worker(WorkerPlaceName, WorkerEvent)
  /// The isolated places that there are to be, as a worker of the main place says.
  case places([String], by: Incarnation)
  /// A worker of this place says that there are suspects, which are not for it.
  case suspects(at: WorkerPlaceName, by: Incarnation)
  /// The worker on probation at this place says that there are none left.
  case cleared(WorkerPlaceName, by: Incarnation)
  case signal(Int32)
  /// The time may have come for something; `nextDeadline` said when.
  case timer
}

/// What happens to the workers of a place.
package enum WorkerEvent: Equatable, Sendable {
  case started(Incarnation)
  /// There is no process at all; the reason is said in words.
  case notStarted(reason: String)
  case ready(Incarnation)
  case asksForReplacement(Incarnation, reason: String)
  /// `isExplained`: it is known whose code it died of, which is called to account for it.
  case exited(Incarnation, ProcessExit, isExplained: Bool = false)
}

/// What the state machine asks of the shell, to be done in order.
package enum SupervisionAction: Equatable, Sendable {
  case startRedis
  /// One PING; an answer is told by `redisAnswered`, anything else is not told.
  case probeRedis
  case signalRedis(Int32)
  /// Answered at once, by `started` or `notStarted`.
  case startWorker(WorkerPlaceName)
  case signalWorker(WorkerPlaceName, Incarnation, Int32)
  case log(Logger.Level, String)
  case finish(exitCode: Int32)
}
