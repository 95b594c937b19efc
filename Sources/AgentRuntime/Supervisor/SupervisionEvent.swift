package import Logging

/// What the supervisor's shell tells the state machine.
package enum SupervisionEvent: Equatable, Sendable {
  case begin
  case redisAnswered
  /// `lastLines` is the end of the server's log.
  case redisExited(ProcessExit, lastLines: String)
  case workerStarted(Incarnation)
  case workerReady
  /// Also when it could not be started at all.
  case workerExited(ProcessExit)
  case signal(Int32)
  /// The time may have come for something; `nextDeadline` said when.
  case timer
}

/// What the state machine asks of the shell, to be done in order.
package enum SupervisionAction: Equatable, Sendable {
  case startRedis
  /// One PING; an answer is told by `redisAnswered`, anything else is not told.
  case probeRedis
  case signalRedis(Int32)
  case startWorker
  case signalWorker(Int32)
  case log(Logger.Level, String)
  case finish(exitCode: Int32)
}
