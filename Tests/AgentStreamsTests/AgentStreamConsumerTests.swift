import RedisClient
import RedisTestServer
import Testing

@testable import AgentStreams

@Suite(.timeLimit(.minutes(4)))
struct AgentStreamConsumerTests {
  private struct Reader {
    let source: DeliverySource
    let inbox = Inbox()
    let consumer: AgentStreamConsumer
    let waker: StreamWaker

    init(_ streams: Streams, client: RedisClient? = nil, slots: Slots = Slots(capacity: 64)) async throws {
      let made = try await streams.source(stream: "stream:agent:h:1:1", group: "cg:agent:h:1:1")
      source = DeliverySource(
        stream: made.stream, group: made.group, consumer: made.consumer, role: made.role, slots: slots)
      consumer = await AgentStreamConsumer(
        client: client ?? streams.client, source: source,
        lanes: RoleLanes(sources: [
          try await streams.source(stream: "stream:role:upper", consumer: made.consumer)
        ]),
        receiver: inbox, logger: silentLogger)
      waker = await StreamWaker(client: client ?? streams.client, logger: silentLogger)
    }
  }

  @Test func `What is there and what comes later is delivered in order, once`() async throws {
    let streams = try await Streams()
    let reader = try await Reader(streams)
    try await streams.add(0..<3, to: reader.source.stream)
    try await reading(reader.consumer, wokenBy: reader.waker) {
      try await reader.inbox.waitForCount(3)
      for number in 3..<6 {
        try await streams.add(number..<number + 1, to: reader.source.stream)
        try await reader.inbox.waitForCount(number + 1)
      }
    }
    #expect(await reader.inbox.texts == (0..<6).map(String.init))
  }

  @Test func `No more is read than there are free slots`() async throws {
    let streams = try await Streams()
    let reader = try await Reader(streams, slots: Slots(capacity: 2))
    try await streams.add(0..<5, to: reader.source.stream)
    try await reading(reader.consumer, wokenBy: reader.waker) {
      for taken in [0, 2, 4] {
        let expected = min(5, taken + 2)
        try await reader.inbox.waitForCount(expected)
        #expect(try await streams.pending(reader.source).count == expected)
        for delivery in await reader.inbox.deliveries.dropFirst(taken) {
          await reader.source.release(delivery)
        }
      }
    }
    #expect(await reader.inbox.largestBatch <= 2)
  }

  @Test func `Two streams of one agent together take no more than its slots`() async throws {
    let streams = try await Streams()
    let slots = Slots(capacity: 1)
    let reader = try await Reader(streams, slots: slots)
    let role = DeliverySource(
      stream: "stream:role:upper", group: "cg:role:upper", consumer: "host:1:1/now", role: "upper",
      slots: slots)
    let roleInbox = Inbox()
    let roleReader = await RoleConsumer(
      client: streams.client, waker: reader.waker, lanes: RoleLanes(sources: [role]), slots: slots,
      receiver: roleInbox,
      logger: silentLogger)
    try await reading(reader.consumer, wokenBy: reader.waker) {
      try await reading(roleReader) {
        try await streams.waitUntilBlocked(2)
        try await streams.add(0..<1, to: reader.source.stream)
        try await reader.inbox.waitForCount(1)
        try await streams.add(1..<2, to: role.stream)
        // A read that blocks was asked for while the slot was free; it ends after 5 s at the latest.
        try await RedisTestServer.wait(until: "the role's reader no longer blocks") {
          try streams.server.cli("INFO", "clients").contains("blocked_clients:1")
        }
        #expect(await roleInbox.deliveries.count + reader.inbox.deliveries.count == 1)
      }
    }
  }

  @Test func `An answer that was lost with its connection is asked for again`() async throws {
    let streams = try await Streams()
    let proxy = try LossyProxy(to: streams.server.socketPath)
    defer { proxy.stop() }
    let client = try await Streams.client(socketPath: proxy.socketPath)
    let reader = try await Reader(streams, client: client)
    try await streams.add(0..<1, to: reader.source.stream)
    proxy.loseAnswer(to: "XREADGROUP")
    try await reading(reader.consumer, wokenBy: reader.waker) {
      try await RedisTestServer.wait(until: "an answer is lost") { proxy.lostAnswers == 1 }
      try await streams.add(1..<2, to: reader.source.stream)
      try await reader.inbox.waitForCount(1)
      let texts = await reader.inbox.texts
      #expect(texts.contains("0"), "the first entry is pending for this consumer, and it does not ask for it")
    }
    await client.close()
  }

  @Test func `After FLUSHALL stream and group are made again`() async throws {
    let streams = try await Streams()
    let reader = try await Reader(streams)
    try await reading(reader.consumer, wokenBy: reader.waker) {
      try await streams.waitUntilBlocked()
      try await streams.send("FLUSHALL")
      try await streams.add(0..<1, to: reader.source.stream)
      try await RedisTestServer.wait(until: "the entry is delivered", within: .seconds(8)) {
        await reader.inbox.deliveries.count == 1
      }
    }
  }

  @Test func `What another group keeps in the stream is not gone through entry by entry`() async throws {
    let streams = try await Streams()
    let reader = try await Reader(streams)
    let source = reader.source
    try await streams.send("XGROUP", "CREATE", source.stream, "audit", "$")
    for id in try await streams.add(0..<300, to: source.stream) {
      try await streams.read(source, count: 1)
      try await streams.send("XACK", source.stream, source.group, id)
    }
    try await streams.send("CONFIG", "RESETSTAT")
    try await reading(reader.consumer, wokenBy: reader.waker) {
      try await streams.waitUntilBlocked()
      try await streams.add(300..<301, to: source.stream)
      try await reader.inbox.waitForCount(1)
    }
    #expect(try 1..<50 ~= streams.calls(of: "xread"))
  }

  @Test func `Quiet ends the waits of both, at once`() async throws {
    let streams = try await Streams()
    let reader = try await Reader(streams)
    // From here on a wait blocks for nearly five seconds.
    try await IOActor.sleep(untilNext: .seconds(5))
    var start = ContinuousClock.now
    try await reading(reader.consumer, wokenBy: reader.waker) {
      try await streams.waitUntilBlocked()
      start = .now
    }
    #expect(ContinuousClock.now - start < .seconds(3), "a wait blocks for 5 s")
  }
}
