package import RedisClient

/// What a worker is told at its start.
package struct WorkerConfiguration: Sendable {
  package let settings: Settings
  package let redis: RedisAddress
  package let dataDirectory: String
  package let identity: HostIdentity

  package init(
    settings: Settings, redis: RedisAddress, dataDirectory: String, identity: HostIdentity
  ) {
    self.settings = settings
    self.redis = redis
    self.dataDirectory = dataDirectory
    self.identity = identity
  }
}
