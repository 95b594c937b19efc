import NIOCore
package import RedisClient

extension RedisConnectionSettings {
  /// How to connect, as the settings say.
  package init(_ settings: Settings, address: RedisAddress, name: String) {
    self.init(
      address: address,
      connectTimeout: .fractional(seconds: settings.redisSocketConnectTimeout),
      commandTimeout: .fractional(seconds: settings.redisSocketTimeout),
      name: name)
    maximumConnections = settings.redisMaxConnections
    retryAttempts = settings.redisRetryAttempts
  }
}
