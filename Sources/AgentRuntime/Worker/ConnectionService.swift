import RedisClient
import ServiceLifecycle

/// Holds the connections open, and checks them, until everything else has ended.
struct ConnectionService: Service {
  let client: RedisClient
  let healthCheck: HealthCheck

  func run() async throws {
    await withDiscardingTaskGroup { group in
      group.addTask { await healthCheck.run() }
      await HostEnd().wait()
      // Before the check is cancelled: it may wait for an answer, which it then has.
      await client.close()
      group.cancelAll()
    }
  }
}
