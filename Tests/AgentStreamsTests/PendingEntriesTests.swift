import RedisClient
import RedisTestServer
import Testing

@testable import AgentStreams

@Suite("Entries that were given to us and never arrived", .timeLimit(.minutes(4)))
struct PendingEntriesTests {
  private static let other = "other:7:1/00000000000000dd"

  @Test func `It is known whether anybody holds anything, on any stream of a role`() async throws {
    let streams = try await Streams()
    let low = try await streams.source(stream: "stream:role:upper:prio:low")
    let source = try await streams.source()
    let areAny = { try await PendingEntries.areAny(on: [low, source], client: streams.client) }
    let ids = try await streams.add(0..<2)
    #expect(try await !areAny(), "nobody has them yet")
    try await streams.read(source, as: Self.other)
    #expect(try await areAny())
    for id in ids { try await streams.send("XACK", source.stream, source.group, id) }
    #expect(try await !areAny())
    try await streams.add(0..<1, to: low.stream)
    try await streams.read(low)
    #expect(try await areAny())
    #expect(try await !PendingEntries.areAny(on: [], client: streams.client))
  }

  @Test func `What somebody else was given while there was no slot stays theirs`() async throws {
    let streams = try await Streams()
    let source = try await streams.source(capacity: 1)
    let ids = try await streams.add(0..<3)
    try await streams.read(source)
    let inbox = Inbox()
    let delivering = Task {
      try await PendingEntries.deliverUnseen(of: source, to: inbox, client: streams.client)
    }
    try await inbox.waitForCount(1)
    try await RedisTestServer.wait(until: "the next entry waits for a slot") { await source.slots.isWanted }
    // Nobody renewed it meanwhile, and its lease has lapsed.
    try await streams.send(
      "XCLAIM", source.stream, source.group, Self.other, "0", ids[1], "RETRYCOUNT", "2")
    for count in 1...2 {
      try await inbox.waitForCount(count)
      let last = try #require(await inbox.deliveries.last)
      await source.release(last)
    }
    try await delivering.value
    #expect(await inbox.deliveries.map(\.entry.id) == [ids[0], ids[2]])
    #expect(await inbox.texts == ["0", "2"])
    let pending = try await streams.pending(source)
    #expect(pending.map(\.consumer) == [source.consumer, Self.other, source.consumer])
    #expect(pending.map(\.deliveries) == [1, 2, 1])
  }
}
