import NIOCore
import RedisClient
import RedisTestServer
import Testing

@testable import AgentStreams

@Suite(.timeLimit(.minutes(4)))
struct LeaseKeeperTests {
  private static let policy = LeasePolicy(lease: .milliseconds(600))

  private func keeping(
    _ source: DeliverySource, _ inbox: Inbox, client: RedisClient, _ body: (LeaseKeeper) async throws -> Void
  ) async throws {
    let keeper = await LeaseKeeper(client: client, policy: Self.policy, logger: silentLogger) {
      [(source, inbox)]
    }
    let run = Task { await keeper.run() }
    defer { run.cancel() }
    try await body(keeper)
  }

  /// Deliveries that are held, and known to have been given out long ago.
  private func held(_ streams: Streams, _ source: DeliverySource, count: Int) async throws -> [String] {
    try await streams.add(0..<count)
    let ids = try await streams.deliveries(source).map(\.entry.id)
    for id in ids {
      try await streams.send(
        "XCLAIM", source.stream, source.group, source.consumer, "0", id, "IDLE", "90000", "JUSTID")
    }
    return ids
  }

  private func idle(_ streams: Streams, _ source: DeliverySource) async throws -> [Int] {
    let reply = try await streams.send("XPENDING", source.stream, source.group, "-", "+", "1000")
    return reply.root.elements?.compactMap { $0.elements.flatMap { Array($0)[2].integer } } ?? []
  }

  @Test func `What is held is renewed again and again, and stays one delivery`() async throws {
    let streams = try await Streams()
    let source = try await streams.source()
    _ = try await held(streams, source, count: 300)
    try await keeping(source, Inbox(), client: streams.client) { keeper in
      for _ in 0..<3 {
        try await RedisTestServer.wait(until: "all leases have been renewed") {
          try await idle(streams, source).allSatisfy { $0 < 60_000 }
        }
        for id in try await streams.pending(source).map(\.id) {
          try await streams.send(
            "XCLAIM", source.stream, source.group, source.consumer, "0", id, "IDLE", "90000", "JUSTID")
        }
      }
      #expect(await keeper.lostCount == 0)
    }
    #expect(try await streams.pending(source).allSatisfy { $0.deliveries == 1 })
  }

  @Test func `A lease that somebody else has now is not taken back; work on it ends`() async throws {
    let streams = try await Streams()
    let source = try await streams.source()
    let ids = try await held(streams, source, count: 3)
    try await streams.send("XCLAIM", source.stream, source.group, "other", "0", ids[1])
    let inbox = Inbox()
    try await keeping(source, inbox, client: streams.client) { keeper in
      try await RedisTestServer.wait(until: "the loss is known") { await !inbox.lost.isEmpty }
      #expect(await inbox.lost == [ids[1]])
      #expect(await keeper.lostCount == 1)
    }
    #expect(try await streams.pending(source).map(\.consumer) == [source.consumer, "other", source.consumer])
  }

  @Test func `When the stream is gone, all leases on it are lost`() async throws {
    let streams = try await Streams()
    let source = try await streams.source()
    let ids = try await held(streams, source, count: 2)
    let inbox = Inbox()
    try await streams.send("FLUSHALL")
    try await keeping(source, inbox, client: streams.client) { _ in
      try await RedisTestServer.wait(until: "the losses are known") { await inbox.lost.count >= 2 }
      #expect(await Set(inbox.lost) == Set(ids))
    }
  }

  @Test func `After SCRIPT FLUSH leases are renewed all the same`() async throws {
    let streams = try await Streams()
    let source = try await streams.source()
    _ = try await held(streams, source, count: 1)
    try await streams.send("SCRIPT", "FLUSH")
    try await keeping(source, Inbox(), client: streams.client) { _ in
      try await RedisTestServer.wait(until: "the lease has been renewed") {
        try await idle(streams, source).allSatisfy { $0 < 60_000 }
      }
    }
  }
}
