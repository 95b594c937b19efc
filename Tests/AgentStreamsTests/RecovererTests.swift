import RedisClient
import RedisTestServer
import Testing

@testable import AgentStreams

@Suite struct RecovererTests {
  private static let dead = "host:7:1/before"

  private func recoverer(_ client: RedisClient) async -> Recoverer {
    await Recoverer(client: client, keys: Keys(), logger: silentLogger)
  }

  @Test func `Everything that a dead consumer held comes, counted once more, and the consumer goes`()
    async throws
  {
    let streams = try await Streams()
    let source = try await streams.source()
    let ids = try await streams.add(0..<300)
    try await streams.read(source, as: Self.dead)
    try await streams.send("XCLAIM", source.stream, source.group, Self.dead, "0", ids[7], "RETRYCOUNT", "4")
    let inbox = Inbox(releasesAtOnce: true)
    let recovery = await recoverer(streams.client)
    await recovery.takeOver(fromWorkers: ["before"], to: [(source, inbox)])
    let deliveries = await inbox.deliveries
    #expect(deliveries.map(\.entry.id) == ids)
    #expect(deliveries.enumerated().allSatisfy { $1.deliveries == ($0 == 7 ? 5 : 2) })
    #expect(await inbox.texts == (0..<300).map(String.init))
    let pending = try await streams.pending(source)
    #expect(pending.map(\.consumer) == Array(repeating: source.consumer, count: 300))
    #expect(pending.map(\.deliveries) == deliveries.map(\.deliveries), "Redis counts as the host does")
    #expect(try await streams.consumers(source) == [source.consumer])
  }

  @Test func `No more is taken over than there are free slots`() async throws {
    let streams = try await Streams()
    let source = try await streams.source(capacity: 4)
    let ids = try await streams.add(0..<10)
    try await streams.read(source, as: Self.dead)
    let inbox = Inbox()
    let recovery = await recoverer(streams.client)
    let takingOver = Task { await recovery.takeOver(fromWorkers: ["before"], to: [(source, inbox)]) }
    for taken in stride(from: 0, to: 10, by: 4) {
      let expected = min(10, taken + 4)
      try await inbox.waitForCount(expected)
      let deliveries = await inbox.deliveries
      #expect(deliveries.map(\.entry.id) == Array(ids.prefix(expected)))
      let held = try await streams.pending(source).filter { $0.consumer == source.consumer }
      #expect(held.count == expected, "what is not taken over yet can be taken over by others")
      for delivery in deliveries.dropFirst(taken) { await source.release(delivery) }
    }
    _ = await takingOver.value
    #expect(try await !streams.consumers(source).contains(Self.dead))
  }

  @Test func `Entries that were deleted while pending are passed over`() async throws {
    let streams = try await Streams()
    let source = try await streams.source()
    let ids = try await streams.add(0..<3)
    try await streams.read(source, as: Self.dead)
    try await streams.send("XDEL", source.stream, ids[1])
    let inbox = Inbox()
    let recovery = await recoverer(streams.client)
    await recovery.takeOver(fromWorkers: ["before"], to: [(source, inbox)])
    #expect(await inbox.deliveries.map(\.entry.id) == [ids[0], ids[2]])
    #expect(try await streams.pending(source).map(\.id) == [ids[0], ids[2]])
  }

  @Test func `Only consumers of the workers that are named are taken over, all of them`() async throws {
    let streams = try await Streams()
    let source = try await streams.source()
    let ids = try await streams.add(0..<5)
    let names = [
      "host:7:1/before", "host:9:2/before", "other:7:1/living", "a python consumer", "host:8:1/earlier",
    ]
    for name in names { try await streams.read(source, as: name, count: 1) }
    let inbox = Inbox()
    let recovery = await recoverer(streams.client)
    await recovery.takeOver(fromWorkers: ["before", "earlier", "unknown"], to: [(source, inbox)])
    #expect(Set(await inbox.deliveries.map(\.entry.id)) == [ids[0], ids[1], ids[4]])
    #expect(Set(try await streams.consumers(source)) == [names[2], names[3], source.consumer])
  }

  @Test func `What lies in a dead agent's own stream becomes work for the role`() async throws {
    let streams = try await Streams()
    let source = try await streams.source()
    let own = try await streams.source(stream: "stream:agent:host:7:1", group: "cg:agent:host:7:1")
    try await streams.add(0..<3, to: own.stream)
    try await streams.read(own, as: Self.dead, count: 2)
    try await streams.send("XGROUP", "CREATECONSUMER", source.stream, source.group, Self.dead)
    let inbox = Inbox()
    let recovery = await recoverer(streams.client)
    await recovery.takeOver(fromWorkers: ["before"], to: [(source, inbox)])
    #expect(try await streams.envelopes(of: source.stream) == ["0", "1", "2"])
    #expect(try await streams.integer("EXISTS", own.stream) == 0)
    #expect(try await streams.consumers(source).isEmpty)
  }

  @Test func `The own stream of an agent that lives again under the same id stays`() async throws {
    let streams = try await Streams()
    // Host names and process ids repeat in containers, and with them agent ids.
    let source = try await streams.source(consumer: "host:7:1/now")
    let own = try await streams.source(
      stream: "stream:agent:host:7:1", group: "cg:agent:host:7:1", consumer: "host:7:1/now")
    try await streams.send("XGROUP", "CREATECONSUMER", source.stream, source.group, Self.dead)
    let inbox = Inbox()
    let recovery = await recoverer(streams.client)
    await recovery.takeOver(fromWorkers: ["before"], to: [(source, inbox)])
    #expect(try await streams.integer("EXISTS", own.stream) == 1)
  }

  @Test(.timeLimit(.minutes(1)))
  func `Entries whose claim was done and whose answer was lost come all the same`() async throws {
    let streams = try await Streams()
    let proxy = try LossyProxy(to: streams.server.socketPath)
    defer { proxy.stop() }
    let client = try await Streams.client(socketPath: proxy.socketPath)
    let source = try await streams.source()
    let ids = try await streams.add(0..<3)
    try await streams.read(source, as: Self.dead)
    let inbox = Inbox()
    proxy.loseAnswer(to: "XCLAIM")
    let recovery = await recoverer(client)
    await recovery.takeOver(fromWorkers: ["before"], to: [(source, inbox)])
    #expect(proxy.lostAnswers == 1)
    #expect(await inbox.deliveries.map(\.entry.id) == ids)
    await client.close()
  }
}
