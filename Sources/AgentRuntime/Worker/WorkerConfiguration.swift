package import RedisClient

/// What a worker is told at its start.
package struct WorkerConfiguration: Sendable {
  package let settings: Settings
  package let redis: RedisAddress
  package let dataDirectory: String
  package let identity: HostIdentity
  /// The isolated place that it works for; nil: the main one.
  package let place: String?
  /// What became of the workers before it.
  package let history: WorkerHistory

  package init(
    settings: Settings, redis: RedisAddress, dataDirectory: String, identity: HostIdentity, place: String?,
    history: WorkerHistory
  ) {
    self.history = history
    self.place = place
    self.settings = settings
    self.redis = redis
    self.dataDirectory = dataDirectory
    self.identity = identity
  }
}
