import RedisClient
import ServiceLifecycle

/// Holds the connections open until everything else has ended.
struct ConnectionService: Service {
  let client: RedisClient

  func run() async throws {
    try? await gracefulShutdown()  // cancelled: the same end
    await client.close()
  }
}
