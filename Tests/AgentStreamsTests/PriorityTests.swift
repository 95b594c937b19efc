import RedisClient
import RedisTestServer
import Testing

@testable import AgentStreams

@Suite("Priorities", .timeLimit(.minutes(4)))
struct PriorityTests {
  private static let keys = Keys()

  /// A role's lanes, with their groups.
  private func lanes(_ streams: Streams, capacity: Int) async throws -> (RoleLanes, Slots) {
    let slots = Slots(capacity: capacity)
    let lanes = RoleLanes(keys: Self.keys, role: "upper", consumer: Streams.consumer, slots: slots)
    for source in lanes.sources { try await StreamGroups.ensure(source, send: streams.client.send) }
    return (lanes, slots)
  }

  private func reading(
    _ streams: Streams, _ lanes: RoleLanes, _ slots: Slots, _ inbox: Inbox, _ body: () async throws -> Void
  ) async throws {
    let waker = await StreamWaker(client: streams.client, logger: silentLogger)
    let consumer = await RoleConsumer(
      client: streams.client, waker: waker, lanes: lanes, slots: slots, receiver: inbox, logger: silentLogger)
    try await AgentStreamsTests.reading(consumer, wokenBy: waker, body)
  }

  @Test func `Work of every priority is read, and knows its own`() async throws {
    let streams = try await Streams()
    let (lanes, slots) = try await lanes(streams, capacity: 100)
    let inbox = Inbox()
    try await reading(streams, lanes, slots, inbox) {
      try await streams.waitUntilBlocked(2)
      for (number, source) in lanes.sources.enumerated() {
        try await streams.add(number..<number + 1, to: source.stream)
      }
      try await inbox.waitForCount(4)
    }
    let seen = await inbox.deliveries.map { "\($0.source.priority)" }
    #expect(Set(seen) == ["high", "normal", "low"] && seen.count == 4)
    #expect(
      lanes.sources.map(\.stream) == [
        "stream:role:upper:prio:high", "stream:role:upper", "stream:role:upper:prio:normal",
        "stream:role:upper:prio:low",
      ])
  }

  @Test func `While there is much of all, each gets its share, and low is not starved`() async throws {
    let streams = try await Streams()
    let (lanes, slots) = try await lanes(streams, capacity: 8)
    for source in lanes.sources where source.stream != "stream:role:upper:prio:normal" {
      try await streams.add(0..<600, to: source.stream)
    }
    let inbox = Inbox(releasesAtOnce: true)
    try await reading(streams, lanes, slots, inbox) { try await inbox.waitForCount(700) }
    let first = await inbox.deliveries.prefix(700).map(\.source.priority)
    let shares = [Priority.high, .normal, .low].map { priority in first.count { $0 == priority } }
    #expect(abs(shares[0] - 420) < 60 && abs(shares[1] - 210) < 60 && abs(shares[2] - 70) < 40, "\(shares)")
  }

  @Test func `An agent that takes one message at a time never has two, whatever has work`() async throws {
    let streams = try await Streams()
    let (lanes, slots) = try await lanes(streams, capacity: 1)
    for source in lanes.sources { try await streams.add(0..<5, to: source.stream) }
    let inbox = Inbox()
    try await reading(streams, lanes, slots, inbox) {
      for count in 1...20 {
        try await inbox.waitForCount(count)
        #expect(await inbox.deliveries.count == count)
        if let last = await inbox.deliveries.last { await last.source.release(last) }
      }
    }
    #expect(await inbox.largestBatch == 1)
    #expect(await Set(inbox.deliveries.map { "\($0.source.stream) \($0.entry.id)" }).count == 20)
  }

  @Test func `What was read beyond the slots goes back at the end`() async throws {
    let streams = try await Streams()
    let (lanes, slots) = try await lanes(streams, capacity: 1)
    for source in lanes.sources { try await streams.add(0..<1, to: source.stream) }
    let inbox = Inbox()
    try await reading(streams, lanes, slots, inbox) { try await inbox.waitForCount(1) }
    let pending = try await lanes.sources.asyncMap { try await streams.pending($0).count }.reduce(0, +)
    #expect(await inbox.handedBack.count == pending - 1)
  }

  @Test
  func `What is forwarded goes to its priority's stream; where nobody ever made that, to the role's own`()
    async throws
  {
    let streams = try await Streams()
    let source = try await streams.source()
    try await streams.add(0..<3)
    try await streams.send("XGROUP", "CREATE", "stream:role:next", "g", "0", "MKSTREAM")
    try await streams.send("XGROUP", "CREATE", "stream:role:next:prio:high", "g", "0", "MKSTREAM")
    let deliveries = try await streams.deliveries(source)
    func forward(_ priority: Priority, role: String = "next") -> CommitWrite {
      .forward(
        stream: Self.keys.roleStream(role, priority), fallback: Self.keys.roleStream(role),
        envelope: Array("\(priority)".utf8))
    }
    let statuses = try await streams.commit([
      deliveries[0].settled(forward(.high)), deliveries[1].settled(forward(.low)),
      deliveries[2].settled(forward(.low, role: "nobody")),
    ])
    #expect(statuses == [.done, .done, .refused(.noSuchStream)])
    #expect(try await streams.envelopes(of: "stream:role:next:prio:high") == ["high"])
    #expect(try await streams.envelopes(of: "stream:role:next") == ["low"])
    #expect(try await streams.integer("EXISTS", "stream:role:next:prio:low") == 0)
  }

  @Test func `While a role is paused nothing is taken, not even by a read that blocks; then all is`()
    async throws
  {
    let streams = try await Streams()
    let (lanes, slots) = try await lanes(streams, capacity: 10)
    let inbox = Inbox()
    try await reading(streams, lanes, slots, inbox) {
      try await streams.waitUntilBlocked(2)
      await slots.pause()
      try await RedisTestServer.wait(until: "only the waker blocks") {
        try streams.server.cli("INFO", "clients").contains("blocked_clients:1")
      }
      try await streams.add(0..<3)
      #expect(try await streams.pending(lanes.sources[1]).isEmpty)
      await slots.resume()
      try await inbox.waitForCount(3)
    }
  }
}

extension Sequence {
  fileprivate func asyncMap<Value>(_ transform: (Element) async throws -> Value) async rethrows -> [Value] {
    var values: [Value] = []
    for element in self { values.append(try await transform(element)) }
    return values
  }
}
