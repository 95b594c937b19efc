import NIOCore
import RedisClient
import RedisTestServer
import Testing

@testable import AgentStreams

@Suite(.timeLimit(.minutes(4)))
struct RoleConsumerTests {
  private func consumer(_ client: RedisClient, _ source: DeliverySource, _ inbox: Inbox) async -> RoleConsumer
  {
    await RoleConsumer(
      client: client, waker: StreamWaker(client: client, logger: silentLogger),
      lanes: RoleLanes(sources: [source]), slots: source.slots, receiver: inbox,
      logger: silentLogger)
  }

  @Test func `What is there and what comes later is delivered in order, once`() async throws {
    let streams = try await Streams()
    let source = try await streams.source()
    try await streams.add(0..<3)
    let inbox = Inbox()
    try await reading(consumer(streams.client, source, inbox)) {
      try await inbox.waitForCount(3)
      try await streams.waitUntilBlocked()
      try await streams.add(3..<5)
      try await inbox.waitForCount(5)
    }
    #expect(await inbox.texts == ["0", "1", "2", "3", "4"])
    #expect(await inbox.deliveries.allSatisfy { $0.deliveries == 1 })
  }

  @Test func `No more is read than there are free slots`() async throws {
    let streams = try await Streams()
    let source = try await streams.source(capacity: 3)
    try await streams.add(0..<8)
    let inbox = Inbox()
    try await reading(consumer(streams.client, source, inbox)) {
      for taken in [0, 3, 6] {
        let expected = min(8, taken + 3)
        try await inbox.waitForCount(expected)
        // What was not read is still undelivered: others of the group may have it.
        #expect(try await streams.pending(source).count == expected)
        for delivery in await inbox.deliveries.dropFirst(taken) { await source.release(delivery) }
      }
    }
    #expect(await inbox.largestBatch <= 3)
    #expect(await inbox.texts == (0..<8).map(String.init))
  }

  @Test func `Own entries that never arrived are delivered, within the free slots`() async throws {
    let streams = try await Streams()
    let source = try await streams.source(capacity: 4)
    try await streams.add(0..<10)
    try await streams.read(source)
    let inbox = Inbox()
    try await reading(consumer(streams.client, source, inbox)) {
      try await inbox.waitForCount(4)
    }
    #expect(await inbox.largestBatch <= 4)
  }

  @Test func `An answer that was lost with its connection is asked for again`() async throws {
    let streams = try await Streams()
    let proxy = try LossyProxy(to: streams.server.socketPath)
    defer { proxy.stop() }
    let client = try await Streams.client(socketPath: proxy.socketPath)
    let source = try await streams.source()
    try await streams.add(0..<2)
    let inbox = Inbox()
    proxy.loseAnswer(to: "BLOCK")
    try await reading(consumer(client, source, inbox)) {
      try await inbox.waitForCount(2)
    }
    #expect(proxy.lostAnswers == 1)
    #expect(await inbox.texts == ["0", "1"])
    await client.close()
  }

  @Test func `After its connection is killed, what it holds is not delivered again, and what comes is`()
    async throws
  {
    let streams = try await Streams()
    let source = try await streams.source()
    try await streams.add(0..<2)
    let inbox = Inbox()
    try await reading(consumer(streams.client, source, inbox)) {
      try await inbox.waitForCount(2)
      try await streams.waitUntilBlocked()
      try streams.server.cli("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes")
      _ = try streams.server.cli("XADD", source.stream, "*", "envelope", "2")
      try await inbox.waitForCount(3)
    }
    #expect(await inbox.texts == ["0", "1", "2"])
  }

  @Test func `After FLUSHALL stream and group are made again`() async throws {
    let streams = try await Streams()
    let source = try await streams.source()
    let inbox = Inbox()
    try await reading(consumer(streams.client, source, inbox)) {
      try await streams.waitUntilBlocked()
      try await streams.send("FLUSHALL")
      try await RedisTestServer.wait(until: "the group is there again") {
        try await streams.integer("EXISTS", source.stream) == 1
      }
      try await streams.add(0..<1)
      try await inbox.waitForCount(1)
    }
    #expect(await inbox.texts == ["0"])
  }

  @Test func `Quiet ends a read that blocks, at once, and nothing is read after it`() async throws {
    let streams = try await Streams()
    let source = try await streams.source()
    let inbox = Inbox()
    let reader = await consumer(streams.client, source, inbox)
    // From here on a read blocks for nearly fifteen seconds.
    try await IOActor.sleep(untilNext: .seconds(15))
    let run = Task { await reader.run() }
    try await streams.waitUntilBlocked()
    let start = ContinuousClock.now
    await reader.quiet()
    await run.value
    #expect(ContinuousClock.now - start < .seconds(3), "a read blocks for 15 s")
    try await streams.add(0..<1)
    #expect(try await streams.pending(source).isEmpty)
    #expect(await inbox.deliveries.isEmpty)
  }

  @Test func `A read that neither ends nor fails is found, and gets another connection`() async throws {
    let streams = try await Streams()
    let source = try await streams.source()
    let inbox = Inbox()
    let reader = await consumer(streams.client, source, inbox)
    let watchdog = await ReaderWatchdog(logger: silentLogger) { [reader] }
    try await reading(reader) {
      try await streams.waitUntilBlocked()
      let before = try streams.server.cli("CLIENT", "LIST").split(separator: "\n").filter {
        $0.contains("/reader ")
      }
      await watchdog.look(at: .now() + .seconds(39))
      #expect(await reader.isStalled(at: .now() + .seconds(39)) == false)
      await watchdog.look(at: .now() + .seconds(50))
      try await RedisTestServer.wait(until: "another connection reads") {
        let now = try streams.server.cli("CLIENT", "LIST").split(separator: "\n").filter {
          $0.contains("/reader ") && $0.contains("flags=b")
        }
        return now.count == 1 && now.first?.prefix(8) != before.first?.prefix(8)
      }
      try await streams.add(0..<1)
      try await inbox.waitForCount(1)
    }
  }

  @Test func `Quiet before the first read, and while the slots are full, ends as well`() async throws {
    let streams = try await Streams()
    let source = try await streams.source(capacity: 1)
    try await streams.add(0..<2)
    let inbox = Inbox()
    let early = await consumer(streams.client, try await streams.source(), inbox)
    await early.quiet()
    await early.run()
    #expect(await inbox.deliveries.isEmpty)
    try await reading(consumer(streams.client, source, inbox)) { try await inbox.waitForCount(1) }
    #expect(await inbox.texts == ["0"])
  }
}
