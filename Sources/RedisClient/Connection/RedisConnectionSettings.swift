package import NIOCore

/// How to connect, and how long to wait.
package struct RedisConnectionSettings: Sendable {
  package var address: RedisAddress
  /// `REDIS_SOCKET_CONNECT_TIMEOUT`.
  package var connectTimeout: TimeAmount
  /// `REDIS_MAX_CONNECTIONS`: of the pool; connections of those that block come on top.
  package var maximumConnections = 20
  /// `REDIS_RETRY_ATTEMPTS`: how often a command is sent again.
  package var retryAttempts = 3
  /// `REDIS_SOCKET_TIMEOUT`: for the answer to a command that does not block.
  package var commandTimeout: TimeAmount
  /// For an address with `rediss://`.
  package var tls = RedisTLS()
  /// `AGENTHOST_REDIS_PASSWORD_FILE`: read at every new connection, so that a password may change while we run.
  package var passwordFile: String?
  package var replyLimits = RedisReplyLimits()
  /// What `CLIENT LIST` shows.
  package var name: String

  package init(
    address: RedisAddress, connectTimeout: TimeAmount = .seconds(5), commandTimeout: TimeAmount = .seconds(5),
    name: String
  ) {
    self.address = address
    self.connectTimeout = connectTimeout
    self.commandTimeout = commandTimeout
    self.name = name
  }
}
