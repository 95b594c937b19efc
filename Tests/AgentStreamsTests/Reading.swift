import RedisClient
import RedisTestServer

@testable import AgentStreams

/// Runs a reader while `body` works; makes it quiet in any case.
func reading(_ consumer: RoleConsumer, _ body: () async throws -> Void) async throws {
  let run = Task { await consumer.run() }
  let result = await outcome(body)
  await consumer.quiet()
  await run.value
  try result.get()
}

/// The same with the waker that it leaves idle lanes to.
func reading(
  _ consumer: RoleConsumer, wokenBy waker: StreamWaker, _ body: () async throws -> Void
) async throws {
  let waking = Task { await waker.run() }
  let result = await outcome { try await reading(consumer, body) }
  await waker.quiet()
  await waking.value
  try result.get()
}

/// Runs an agent's own reader and its waker while `body` works; makes both quiet in any case.
func reading(
  _ consumer: AgentStreamConsumer, wokenBy waker: StreamWaker, _ body: () async throws -> Void
) async throws {
  let run = Task { await consumer.run() }
  let waking = Task { await waker.run() }
  await consumer.start(waker)
  let result = await outcome(body)
  await waker.quiet()
  await consumer.quiet()
  await run.value
  await waking.value
  try result.get()
}

private func outcome(_ body: () async throws -> Void) async -> Result<Void, any Error> {
  do {
    return .success(try await body())
  } catch {
    return .failure(error)
  }
}

extension Streams {
  func waitUntilBlocked(_ count: Int = 1) async throws {
    try await RedisTestServer.wait(until: "\(count) reads block") {
      try server.cli("INFO", "clients").contains("blocked_clients:\(count)")
    }
  }
}
