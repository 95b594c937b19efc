package import AgentPlugins
package import RedisClient

/// What a worker is told at its start.
package struct WorkerConfiguration: Sendable {
  package let settings: Settings
  package let redis: RedisAddress
  package let dataDirectory: String
  /// Of this process.
  package let environment: [String: String]
  package let identity: HostIdentity
  package let session: HostSession
  /// Where it works, and by that for which libraries.
  package let place: WorkerPlaceName
  /// Seconds between two signs of life to the supervisor; nil: it wants none.
  package let signsOfLife: Double?
  /// The descriptor of a socket that listens for monitors; nil: this worker answers none.
  package let monitors: Int32?
  /// Comes when a worker of the same supervisor has ended, however.
  package let ends: AsyncStream<Void>
  /// What became of the workers before it.
  package let history: WorkerHistory

  package init(
    settings: Settings, redis: RedisAddress, dataDirectory: String, environment: [String: String],
    identity: HostIdentity, session: HostSession, place: WorkerPlaceName,
    signsOfLife: Double? = nil, monitors: Int32? = nil, ends: AsyncStream<Void>, history: WorkerHistory
  ) {
    self.session = session
    self.signsOfLife = signsOfLife
    self.monitors = monitors
    self.ends = ends
    self.history = history
    self.place = place
    self.settings = settings
    self.redis = redis
    self.dataDirectory = dataDirectory
    self.environment = environment
    self.identity = identity
  }
}
