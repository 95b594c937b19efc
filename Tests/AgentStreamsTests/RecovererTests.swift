import NIOCore
import RedisClient
import RedisTestServer
import Testing

@testable import AgentStreams

@Suite(.timeLimit(.minutes(4)))
struct RecovererTests {
  static let before = "00000000000000bb"
  static let earlier = "00000000000000cc"
  static let living = "00000000000000dd"
  static let dead = "host:7:1/\(before)"

  /// A policy under which nothing lapses within a test.
  static let patient = LeasePolicy(lease: .seconds(3600))

  @Test func `Everything that a dead consumer held comes at once, counted once more, and the consumer goes`()
    async throws
  {
    let streams = try await Streams()
    let source = try await streams.source()
    let ids = try await streams.add(0..<300)
    try await streams.read(source, as: Self.dead)
    let inbox = Inbox(releasesAtOnce: true)
    try await recovering(source, inbox, client: streams.client, policy: Self.patient) { _ in
      try await inbox.waitForCount(300)
      try await RedisTestServer.wait(until: "the dead consumer is gone") {
        try await streams.consumers(source) == [source.consumer]
      }
    }
    let deliveries = await inbox.deliveries
    #expect(deliveries.map(\.entry.id) == ids)
    #expect(deliveries.allSatisfy { $0.deliveries == 2 })
    #expect(await inbox.texts == (0..<300).map(String.init))
    let pending = try await streams.pending(source)
    #expect(pending.map(\.consumer) == Array(repeating: source.consumer, count: 300))
    #expect(pending.map(\.deliveries) == deliveries.map(\.deliveries), "Redis counts as the host does")
  }

  @Test func `Where it is known of what a worker died, only that is counted once more`() async throws {
    let streams = try await Streams()
    let source = try await streams.source()
    let ids = try await streams.add(0..<20)
    try await streams.read(source, as: Self.dead)
    let inbox = Inbox(releasesAtOnce: true)
    try await recovering(
      source, inbox, client: streams.client, charged: [ids[7], "1-1"], policy: Self.patient
    ) { _ in
      try await inbox.waitForCount(20)
      try await RedisTestServer.wait(until: "the dead consumer is gone") {
        try await streams.consumers(source) == [source.consumer]
      }
    }
    let counted = await Dictionary(
      uniqueKeysWithValues: inbox.deliveries.map { ($0.entry.id, $0.deliveries) })
    #expect(counted == Dictionary(uniqueKeysWithValues: ids.map { ($0, $0 == ids[7] ? 2 : 1) }))
    #expect(try await streams.pending(source).allSatisfy { counted[$0.id] == $0.deliveries })
  }

  @Test func `No more is taken over than there are free slots`() async throws {
    let streams = try await Streams()
    let source = try await streams.source(capacity: 4)
    let ids = try await streams.add(0..<10)
    try await streams.read(source, as: Self.dead)
    let inbox = Inbox()
    try await recovering(source, inbox, client: streams.client, policy: Self.patient) { _ in
      for taken in stride(from: 0, to: 10, by: 4) {
        let expected = min(10, taken + 4)
        try await inbox.waitForCount(expected)
        let deliveries = await inbox.deliveries
        #expect(deliveries.map(\.entry.id) == Array(ids.prefix(expected)))
        let held = try await streams.pending(source).filter { $0.consumer == source.consumer }
        #expect(held.count == expected, "what is not taken over yet can be taken over by others")
        for delivery in deliveries.dropFirst(taken) { await source.release(delivery) }
      }
      try await RedisTestServer.wait(until: "the dead consumer is gone") {
        try await !streams.consumers(source).contains(Self.dead)
      }
    }
  }

  @Test func `Entries that were deleted while pending are settled`() async throws {
    let streams = try await Streams()
    let source = try await streams.source()
    let ids = try await streams.add(0..<3)
    try await streams.read(source, as: Self.dead)
    try await streams.send("XDEL", source.stream, ids[1])
    let inbox = Inbox()
    try await recovering(source, inbox, client: streams.client, policy: Self.patient) { _ in
      try await inbox.waitForCount(2)
    }
    #expect(await inbox.deliveries.map(\.entry.id) == [ids[0], ids[2]])
    #expect(try await streams.pending(source).map(\.id) == [ids[0], ids[2]])
  }

  @Test func `Only consumers of the workers that are named are taken over, all of them`() async throws {
    let streams = try await Streams()
    let source = try await streams.source()
    let ids = try await streams.add(0..<5)
    let names = [
      Self.dead, "host:9:2/\(Self.before)", "other:7:1/\(Self.living)", "a python consumer",
      "host:8:1/\(Self.earlier)",
    ]
    for name in names { try await streams.read(source, as: name, count: 1) }
    let inbox = Inbox()
    try await recovering(
      source, inbox, client: streams.client, dead: [Self.before, Self.earlier, "unknown"],
      policy: Self.patient
    ) { _ in
      try await inbox.waitForCount(3)
      try await RedisTestServer.wait(until: "the dead consumers are gone") {
        try await Set(streams.consumers(source)) == [names[2], names[3], source.consumer]
      }
    }
    #expect(Set(await inbox.deliveries.map(\.entry.id)) == [ids[0], ids[1], ids[4]])
  }

  @Test func `What lies in a dead agent's own stream becomes work for the role`() async throws {
    let streams = try await Streams()
    let source = try await streams.source()
    let own = try await streams.source(
      stream: "stream:agent:host:7:1", group: "cg:agent:host:7:1", consumer: Self.dead)
    try await streams.add(0..<3, to: own.stream)
    try await streams.read(own, count: 2)
    try await streams.send("XGROUP", "CREATECONSUMER", source.stream, source.group, Self.dead)
    let inbox = Inbox()
    try await recovering(source, inbox, client: streams.client, policy: Self.patient) { _ in
      try await RedisTestServer.wait(until: "the agent's stream is gone") {
        try await streams.integer("EXISTS", own.stream) == 0
      }
    }
    #expect(try await streams.envelopes(of: source.stream) == ["0", "1", "2"])
    #expect(try await streams.consumers(source).isEmpty)
  }

  @Test func `The own stream of an agent that lives again under the same id stays`() async throws {
    let streams = try await Streams()
    // Host names and process ids repeat in containers, and with them agent ids.
    let source = try await streams.source(consumer: "host:7:1/\(Streams.life)")
    let own = try await streams.source(
      stream: "stream:agent:host:7:1", group: "cg:agent:host:7:1", consumer: source.consumer)
    try await StreamGroups.join(own, send: streams.client.send)
    try await streams.send("XGROUP", "CREATECONSUMER", source.stream, source.group, Self.dead)
    let inbox = Inbox()
    try await recovering(source, inbox, client: streams.client, policy: Self.patient) { _ in
      try await RedisTestServer.wait(until: "the dead consumer is gone") {
        try await streams.consumers(source).isEmpty
      }
    }
    #expect(try await streams.integer("EXISTS", own.stream) == 1)
  }

  @Test func `A lease that has lapsed is taken over; one that is renewed, or a foreign one, is not`()
    async throws
  {
    let streams = try await Streams()
    let source = try await streams.source()
    let ids = try await streams.add(0..<3)
    for name in [Self.dead, "other:7:1/\(Self.living)", "a python consumer"] {
      try await streams.read(source, as: name, count: 1)
    }
    // Long idle, but for the one in the middle.
    for (id, name) in [(ids[0], Self.dead), (ids[2], "a python consumer")] {
      try await streams.send(
        "XCLAIM", source.stream, source.group, name, "0", id, "IDLE", "50000", "JUSTID")
    }
    let inbox = Inbox()
    try await recovering(
      source, inbox, client: streams.client, dead: [],
      // Longer than a busy machine makes a renewal late.
      policy: LeasePolicy(lease: .seconds(12), foreignLease: .seconds(600))
    ) { _ in
      try await RedisTestServer.wait(until: "a lapsed lease is taken over, while another is renewed") {
        try await streams.send(
          "XCLAIM", source.stream, source.group, "other:7:1/\(Self.living)", "0", ids[1], "IDLE", "0",
          "JUSTID")
        return await !inbox.deliveries.isEmpty
      }
    }
    #expect(await inbox.deliveries.map(\.entry.id) == [ids[0]])
    #expect(
      try await streams.pending(source).map(\.consumer).dropFirst() == [
        "other:7:1/\(Self.living)", "a python consumer",
      ])
  }

  @Test func `A foreign consumer's entry is taken over after the foreign lease, and the consumer stays`()
    async throws
  {
    let streams = try await Streams()
    let source = try await streams.source()
    try await streams.add(0..<1)
    let entry = try #require(try await streams.read(source, as: "a python consumer", count: 1).first)
    try await streams.send(
      "XCLAIM", source.stream, source.group, "a python consumer", "0", entry.id, "IDLE", "61000", "JUSTID")
    let inbox = Inbox()
    try await recovering(
      source, inbox, client: streams.client, dead: [],
      policy: LeasePolicy(lease: .seconds(2), foreignLease: .seconds(60))
    ) { _ in
      try await inbox.waitForCount(1)
    }
    #expect(try await streams.consumers(source).contains("a python consumer"))
  }

  @Test func `What the server gave to this consumer and nobody here holds comes at the next look, once`()
    async throws
  {
    let streams = try await Streams()
    let source = try await streams.source()
    let ids = try await streams.add(0..<2)
    let held = try #require(try await streams.deliveries(source, count: 1).first)
    let inbox = Inbox()
    try await recovering(source, inbox, client: streams.client, dead: []) { _ in
      try await RedisTestServer.wait(until: "it has been looked at least once") {
        try streams.calls(of: "xpending") > 0
      }
      // A read of a connection that is long gone.
      try await streams.read(source)
      try await inbox.waitForCount(1)
    }
    #expect(await inbox.deliveries.map(\.entry.id) == [ids[1]])
    #expect(await inbox.deliveries.map(\.deliveries) == [2])
    #expect(await source.holds(held.entry.id))
  }

  @Test func `Entries whose claim was done and whose answer was lost come all the same`() async throws {
    let streams = try await Streams()
    let proxy = try LossyProxy(to: streams.server.socketPath)
    defer { proxy.stop() }
    let client = try await Streams.client(socketPath: proxy.socketPath)
    let source = try await streams.source()
    let ids = try await streams.add(0..<3)
    try await streams.read(source, as: Self.dead)
    let inbox = Inbox()
    // The first call only asks; the second takes.
    proxy.loseAnswer(to: "others\r\n$1\r\n2\r\n$2\r\n64")
    try await recovering(source, inbox, client: client) { _ in
      try await inbox.waitForCount(3)
    }
    #expect(proxy.lostAnswers == 1)
    #expect(Set(await inbox.deliveries.map(\.entry.id)) == Set(ids))
    await client.close()
  }

  @Test
  func
    `What seems to have lapsed while the server was away is left to its holder, also by who waits for a slot`()
    async throws
  {
    let streams = try await Streams()
    let source = try await streams.source(capacity: 1)
    let living = "other:7:1/\(Self.living)"
    let ids = try await streams.add(0..<3)
    let held = try await streams.deliveries(source, count: 1)
    try await streams.read(source, as: Self.dead, count: 1)
    try await streams.read(source, as: living, count: 1)
    func lapse(_ id: String, of name: String) async throws {
      try await streams.send(
        "XCLAIM", source.stream, source.group, name, "0", id, "IDLE", "50000", "JUSTID")
    }
    try await lapse(ids[1], of: Self.dead)
    let inbox = Inbox()
    try await recovering(
      source, inbox, client: streams.client, dead: [], policy: LeasePolicy(lease: .seconds(40))
    ) { _ in
      try await RedisTestServer.wait(until: "a slot is waited for") { await source.slots.isWanted }
      try streams.server.cli("CLIENT", "KILL", "TYPE", "normal")
      try await RedisTestServer.wait(until: "the loss is seen") { await streams.client.health.failures > 0 }
      // Nobody could renew meanwhile.
      try await streams.send("XACK", source.stream, source.group, ids[1])
      try await lapse(ids[2], of: living)
      await source.release(held[0])
      try await RedisTestServer.wait(until: "nobody waits for a slot") { await !source.slots.isWanted }
      let last = try #require(try await streams.pending(source).last)
      #expect(last == Streams.Pending(id: ids[2], consumer: living, deliveries: 1))
    }
    #expect(await inbox.deliveries.isEmpty)
  }
}
