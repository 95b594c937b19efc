import RedisClient
import ServiceLifecycle

/// Holds the connections open until everything else has ended.
struct ConnectionService: Service {
  let client: RedisClient

  func run() async throws {
    try await gracefulShutdown()
    await client.close()
  }
}
