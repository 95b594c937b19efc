import NIOCore
import RedisClient

@testable import AgentStreams

/// Runs a recoverer while `body` works, with `turn` one of suspects.
func recovering(
  _ source: DeliverySource, _ inbox: Inbox, client: RedisClient, dead: [String] = [RecovererTests.before],
  charged: [String]? = nil, suspected: [String] = [], workers: [DeadWorker]? = nil,
  policy: LeasePolicy = LeasePolicy(lease: .milliseconds(600)), turn: SuspectTurn? = nil,
  _ body: (Recoverer) async throws -> Void
) async throws {
  let workers =
    workers
    ?? dead.map {
      DeadWorker($0, charged: charged.map { [source.stream: $0] }, suspected: [source.stream: suspected])
    }
  let recoverer = await Recoverer(
    client: client, keys: Keys(), lanes: RoleLanes(sources: [source]), slots: source.slots, receiver: inbox,
    policy: policy,
    duty: turn.map { .suspects($0) } ?? .others(SuspectTurn()) { inbox.suspectsFound() }, dead: workers,
    logger: silentLogger)
  let run = Task { await recoverer.run() }
  let result: Result<Void, any Error>
  do { result = .success(try await body(recoverer)) } catch { result = .failure(error) }
  await source.slots.close()
  run.cancel()
  await run.value
  try result.get()
}
