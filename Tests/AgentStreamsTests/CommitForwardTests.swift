import NIOCore
import RedisClient
import RedisTestServer
import Testing

@testable import AgentStreams

/// A lone message for a work stream has a script of its own; it must come to what the script for batches comes to.
@Suite struct CommitForwardTests {
  enum Way: CaseIterable {
    case lone, batch
  }

  private static let next = "stream:role:next"

  private let streams: Streams
  private let source: DeliverySource

  init() async throws {
    streams = try await Streams()
    source = try await streams.source()
    try await streams.send("XGROUP", "CREATE", Self.next, "g", "0", "MKSTREAM")
  }

  private func delivery() async throws -> Delivery {
    try await streams.add(0..<1)
    return try #require(try await streams.deliveries(source).first)
  }

  private func commit(
    _ delivery: Delivery, _ way: Way, to stream: String = next, client: RedisClient? = nil
  ) async throws -> CommitStatus? {
    let groups = [[delivery.settled(.forward("zero", to: stream))]]
    let client = client ?? streams.client
    switch way {
    case .lone: return try await CommitScript.call(groups, count: 1, client).first
    case .batch:
      let reply = try await StreamScript(source: StreamScript.commit.source).call(client) {
        CommitScript.append(groups, to: &$0)
      }
      return try CommitScript.statuses(in: reply, count: 1).first
    }
  }

  private func expectNothingDone(to stream: String = next) async throws {
    #expect(try await streams.envelopes(of: stream) == [])
    #expect(try await streams.pending(source).count == 1)
    #expect(try await streams.integer("XLEN", source.stream) == 1)
  }

  @Test(arguments: Way.allCases) func `It is written, and its entry is settled and deleted`(_ way: Way)
    async throws
  {
    #expect(try await commit(try await delivery(), way) == .done)
    #expect(try await streams.envelopes(of: Self.next) == ["zero"])
    #expect(try await streams.pending(source).isEmpty)
    #expect(try await streams.integer("XLEN", source.stream) == 0)
  }

  @Test(arguments: Way.allCases)
  func `What another group has not read stays`(_ way: Way) async throws {
    try await streams.send("XGROUP", "CREATE", source.stream, "audit", "0")
    try await StreamGroups.look(at: source, send: streams.client.send)
    #expect(try await commit(try await delivery(), way) == .done)
    #expect(try await streams.pending(source).isEmpty)
    #expect(try await streams.integer("XLEN", source.stream) == 1)
  }

  @Test(arguments: Way.allCases)
  func `Somebody else's entry is left alone`(_ way: Way) async throws {
    let delivery = try await delivery()
    try await streams.send("XCLAIM", source.stream, source.group, "another", "0", delivery.entry.id)
    #expect(try await commit(delivery, way) == .notOurs)
    try await expectNothingDone()
    try await streams.send("XACK", source.stream, source.group, delivery.entry.id)
    #expect(try await commit(delivery, way) == .notOurs)
    try await streams.send("DEL", source.stream)
    #expect(try await commit(delivery, way) == .notOurs, "the group is gone")
    #expect(try await streams.envelopes(of: Self.next) == [])
  }

  @Test(arguments: Way.allCases)
  func `A destination that is not there, or of another kind, changes nothing`(_ way: Way) async throws {
    let delivery = try await delivery()
    #expect(try await commit(delivery, way, to: "stream:role:nowhere") == .refused(.noSuchStream))
    #expect(try await streams.integer("EXISTS", "stream:role:nowhere") == 0)
    try await expectNothingDone()
    try await streams.send("SET", "text", "x")
    guard case .refused(.error(let text)) = try await commit(delivery, way, to: "text") else {
      Issue.record("a text took it")
      return
    }
    #expect(text.contains("WRONGTYPE"))
    try await expectNothingDone()
    #expect(try await commit(delivery, way) == .done, "and it can still go elsewhere")
  }

  @Test(arguments: Way.allCases)
  func `At its memory limit the server takes it`(_ way: Way) async throws {
    let delivery = try await delivery()
    try await streams.send("CONFIG", "SET", "maxmemory-policy", "noeviction")
    try await streams.send("CONFIG", "SET", "maxmemory", "1")
    let refused = await #expect(throws: RedisError.self) { try await streams.add(9..<10) }
    #expect(refused?.meaning == .passing)
    #expect(try await commit(delivery, way) == .done)
    #expect(try await streams.envelopes(of: Self.next) == ["zero"])
    #expect(try await streams.pending(source).isEmpty)
  }

  @Test(arguments: Way.allCases, [["-xack"], ["-xpending"], ["-xadd"]])
  func `Who may not settle, or not write, does neither`(_ way: Way, _ rules: [String]) async throws {
    let delivery = try await delivery()
    for rule in ["on", ">word", "~*", "+@all"] + rules {
      try await streams.send("ACL", "SETUSER", "weak", rule)
    }
    let client = await RedisClient(
      settings: RedisConnectionSettings(
        address: try RedisAddress(url: "unix://weak:word@\(streams.server.socketPath)"), name: "weak"),
      logger: silentLogger)
    guard case .refused(.error) = try await commit(delivery, way, client: client) else {
      Issue.record("it was let through")
      return
    }
    try await expectNothingDone()
    await client.close()
  }
}
