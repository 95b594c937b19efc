/// The supervisor's limits in time.
package struct SupervisionLimits: Equatable, Sendable {
  /// What a worker's connection pool takes to close, after its agents have drained.
  package static let poolClosing = Duration.seconds(1)
  /// What we wait beyond the worker's own limits before we kill it.
  package static let margin = Duration.seconds(2)
  /// A worker that is not ready after this is killed.
  package static let workerStart = Duration.seconds(300)
  /// A private server that has not answered after this has failed to start.
  package static let redisAnswer = Duration.seconds(30)
  package static let redisProbeInterval = Duration.milliseconds(50)
  /// What the private server gets to write its files after SIGTERM.
  package static let redisStop = Duration.seconds(5)
  /// After SIGKILL only a process stuck in the kernel stays; it is left behind.
  package static let afterKill = Duration.seconds(5)

  /// From SIGTERM to SIGKILL of the worker.
  package let workerStop: Duration

  /// `drainGrace` is what the agents get to finish what they hold.
  package init(drainGrace: Duration) {
    workerStop = drainGrace + Self.poolClosing + Self.margin
  }
}
