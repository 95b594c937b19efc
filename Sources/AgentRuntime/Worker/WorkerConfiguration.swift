package import RedisClient

/// What a worker is told at its start.
package struct WorkerConfiguration: Sendable {
  package let settings: Settings
  package let redis: RedisAddress
  package let dataDirectory: String
  package let identity: HostIdentity
  /// The incarnations of this host's workers that died holding messages.
  package let predecessors: [String]

  package init(
    settings: Settings, redis: RedisAddress, dataDirectory: String, identity: HostIdentity,
    predecessors: [String]
  ) {
    self.settings = settings
    self.redis = redis
    self.dataDirectory = dataDirectory
    self.identity = identity
    self.predecessors = predecessors
  }
}
