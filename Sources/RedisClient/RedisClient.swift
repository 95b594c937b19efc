package import Logging

/// A server that may come and go: one pipelined connection for commands, made again when it
/// is lost, and connections of their own for whoever blocks.
@IOActor
package final class RedisClient {
  private enum State {
    case idle
    case connecting(Task<RedisConnection, any Error>)
    case connected(RedisConnection)
    case closed
  }

  package let settings: RedisConnectionSettings
  package let logger: Logger
  private var state = State.idle

  package init(settings: RedisConnectionSettings, logger: Logger) {
    self.settings = settings
    self.logger = logger
  }

  /// Sends a command on the shared connection. It is sent once: what to do about a
  /// connection that is lost is for the caller to say, who knows whether twice is safe.
  package func send(_ command: consuming RedisCommand) async throws(RedisError) -> RedisReply {
    try await connection().send(command)
  }

  /// A connection for one reader that blocks. The caller closes it.
  package func openDedicated(name: String) async throws(RedisError) -> RedisConnection {
    var dedicated = settings
    dedicated.name = "\(settings.name)/\(name)"
    return try await RedisConnection.open(dedicated)
  }

  /// Ends the block of another connection, which is then answered as if its time were up.
  package func unblock(_ connection: RedisConnection) async throws(RedisError) {
    _ = try await send(RedisCommand("CLIENT", "UNBLOCK", String(connection.clientID)))
  }

  package func close() {
    switch state {
    case .connected(let connection): connection.close()
    case .connecting(let attempt): attempt.cancel()
    case .idle, .closed: break
    }
    state = .closed
  }

  /// The shared connection; callers that come while it is being made wait for the same attempt.
  private func connection() async throws(RedisError) -> RedisConnection {
    switch state {
    case .connected(let connection) where connection.isOpen: return connection
    case .connecting(let attempt): return try await outcome(of: attempt)
    case .closed: throw .connectionLost(why: "the client is closed")
    case .idle, .connected:
      let settings = settings
      // Owned by `state` until it has ended; it is bounded by the connect and command timeouts.
      let attempt = Task { @IOActor in try await RedisConnection.open(settings) }
      state = .connecting(attempt)
      return try await outcome(of: attempt)
    }
  }

  private func outcome(of attempt: Task<RedisConnection, any Error>) async throws(RedisError)
    -> RedisConnection
  {
    let result = await attempt.result
    if case .connecting(let current) = state, current == attempt {
      state = if case .success(let connection) = result { .connected(connection) } else { .idle }
    }
    switch result {
    case .success(let connection):
      if case .closed = state {
        connection.close()
        throw .connectionLost(why: "the client is closed")
      }
      return connection
    case .failure(let error):
      throw error as? RedisError ?? .connectionLost(why: String(describing: error))
    }
  }
}
