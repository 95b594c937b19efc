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
    passwordFile = settings.redisPasswordFile.unlessEmpty
    tls = RedisTLS(
      authorities: settings.tlsAuthorities.unlessEmpty, certificate: settings.tlsCertificate.unlessEmpty,
      key: settings.tlsKey.unlessEmpty, serverName: settings.tlsServerName.unlessEmpty)
  }
}

extension String {
  /// An unset and an empty setting are the same.
  package var unlessEmpty: String? { isEmpty ? nil : self }
}
