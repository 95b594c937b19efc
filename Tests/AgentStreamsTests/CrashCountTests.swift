import NIOCore
import RedisClient
import RedisTestServer
import Testing

@testable import AgentStreams

@Suite("Workers that an agent's code has killed")
struct CrashCountTests {
  private let note = Quarantine(file: "a.so", reason: "so often", since: 1.5, roles: ["a", "b"])

  private func count(_ streams: Streams, _ worker: String, limit: Int = 3, window: TimeAmount = .seconds(600))
    async throws -> CrashCount.Result
  {
    let crashes = CrashCount(keys: Keys(), window: window, limit: limit)
    return try await crashes.count(worker, hash: "abc", note, client: streams.client)
  }

  private func desired(_ streams: Streams) async throws -> DesiredState {
    try await DesiredState.read(streams.client, keys: Keys())
  }

  @Test func `The one that is too many puts the code under quarantine, for all hosts`() async throws {
    let streams = try await Streams()
    for (number, worker) in ["w1", "w2"].enumerated() {
      #expect(try await count(streams, worker) == .init(count: number + 1, isQuarantined: false))
    }
    #expect(try await desired(streams) == DesiredState())
    #expect(try await count(streams, "w3") == .init(count: 3, isQuarantined: true))
    let state = try await desired(streams)
    #expect(state.quarantined == ["abc": note] && state.version == 1)
    #expect(try await count(streams, "w4") == .init(count: 4, isQuarantined: false), "it is there already")
    #expect(try await desired(streams).version == 1)
  }

  @Test func `A worker counts once, whoever tells of it`() async throws {
    let streams = try await Streams()
    for _ in 0..<5 { #expect(try await count(streams, "w1").count == 1) }
  }

  @Test func `What is long ago does not count`() async throws {
    let streams = try await Streams()
    #expect(try await count(streams, "w1", window: .milliseconds(50)).count == 1)
    try await RedisTestServer.wait(until: "the window has passed") {
      try await streams.integer("EXISTS", "agenthost:crashes:abc") == 0
    }
    #expect(try await count(streams, "w2").count == 1)
  }

  @Test func `Lifted, it begins anew, and an old death does not bring it back`() async throws {
    let streams = try await Streams()
    for worker in ["w1", "w2", "w3"] { _ = try await count(streams, worker) }
    _ = try await DesiredChange.lift(hash: "abc").make(streams.client, keys: Keys())
    #expect(try await desired(streams).quarantined == [:])
    #expect(try await count(streams, "w3") == .init(count: 1, isQuarantined: false))
  }

  @Test func `A note that cannot be read is a quarantine all the same`() async throws {
    let streams = try await Streams()
    try await streams.send("HSET", "agenthost:desired", "quarantine:abc", "not json")
    #expect(
      try await desired(streams).quarantined["abc"] == Quarantine(file: "", reason: "not said", since: 0))
  }
}
