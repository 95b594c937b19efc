import Glibc
import Logging
import NIOCore
import RedisTestServer

@testable import RedisClient

let silentLogger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

extension RedisTestServer {
  /// How to connect to this server; `credentials` and `query` are parts of its address.
  func settings(
    credentials: String = "", query: String = "", commandTimeout: TimeAmount = .seconds(10),
    name: String = "test"
  ) throws -> RedisConnectionSettings {
    RedisConnectionSettings(
      address: try RedisAddress(url: "unix://\(credentials)\(socketPath)\(query)"),
      commandTimeout: commandTimeout, name: name)
  }

  func connect() async throws -> RedisConnection {
    try await RedisConnection.open(settings())
  }

  /// Stops the process without ending it: it takes bytes in and answers nothing.
  func freeze() {
    kill(processIdentifier, SIGSTOP)
  }

  func thaw() {
    kill(processIdentifier, SIGCONT)
  }
}

/// Waits for an error that `body` throws.
func redisError(_ body: () async throws -> Void) async -> RedisError? {
  do {
    try await body()
    return nil
  } catch {
    return error as? RedisError
  }
}
