import NIOCore
import RedisClient
import RedisTestServer
import Testing

@testable import AgentStreams

@Suite("What others leave behind", .timeLimit(.minutes(4)))
struct JanitorTests {
  private static let gone = "host:7:1/00000000000000bb"

  private func clear(_ source: DeliverySource, _ streams: Streams) async throws {
    // A lease so short that every consumer has been idle for longer.
    let janitor = await Janitor(
      client: streams.client, keys: Keys(), policy: LeasePolicy(lease: .nanoseconds(1)), logger: silentLogger
    ) { [] }
    try await RedisTestServer.wait(until: "a millisecond has passed for every consumer") {
      try await ConsumerGroups.consumers(of: source, client: streams.client).allSatisfy { $0.idle > 0 }
    }
    await janitor.clear(source)
  }

  @Test func `A consumer of a host that is gone is removed, with its agent's stream`() async throws {
    let streams = try await Streams()
    let source = try await streams.source()
    let own = try await streams.source(
      stream: "stream:agent:host:7:1", group: "cg:agent:host:7:1", consumer: Self.gone)
    try await streams.add(0..<2, to: own.stream)
    try await streams.send("XGROUP", "CREATECONSUMER", source.stream, source.group, Self.gone)
    try await clear(source, streams)
    #expect(try await streams.consumers(source).isEmpty)
    #expect(try await streams.integer("EXISTS", own.stream) == 0)
    #expect(try await streams.envelopes(of: source.stream) == ["0", "1"])
  }

  @Test func `Who lives, who holds something, who is not agenthost's, and oneself stay`() async throws {
    let streams = try await Streams()
    let source = try await streams.source()
    let living = "host:8:1/00000000000000cc"
    try await streams.send("HSET", Keys().host("00000000000000cc"), "host", "h")
    for name in [living, "python-1", source.consumer] {
      try await streams.send("XGROUP", "CREATECONSUMER", source.stream, source.group, name)
    }
    try await streams.add(0..<1)
    try await streams.read(source, as: Self.gone)
    try await clear(source, streams)
    #expect(Set(try await streams.consumers(source)) == [living, "python-1", source.consumer, Self.gone])
    #expect(try await streams.pending(source).count == 1)
  }

  @Test func `What was acknowledged and not deleted is, up to what is still pending`() async throws {
    let streams = try await Streams()
    let source = try await streams.source()
    let ids = try await streams.add(0..<6)
    try await streams.read(source, as: "python-1", count: 5)
    for id in [ids[0], ids[1], ids[3]] { try await streams.send("XACK", source.stream, source.group, id) }
    try await clear(source, streams)
    #expect(try await streams.envelopes(of: source.stream) == ["2", "3", "4", "5"])
    for id in [ids[2], ids[4]] { try await streams.send("XACK", source.stream, source.group, id) }
    try await clear(source, streams)
    #expect(try await streams.envelopes(of: source.stream) == ["5"], "what nobody has had stays")
  }

  @Test func `While another group reads the stream nothing of it is deleted`() async throws {
    let streams = try await Streams()
    let source = try await streams.source()
    try await streams.send("XGROUP", "CREATE", source.stream, "audit", "0")
    let ids = try await streams.add(0..<2)
    try await streams.read(source)
    for id in ids { try await streams.send("XACK", source.stream, source.group, id) }
    try await clear(source, streams)
    #expect(try await streams.integer("XLEN", source.stream) == 2)
  }
}
