import RedisClient
import RedisTestServer
import Testing

@testable import AgentStreams

@Suite("Delayed messages", .timeLimit(.minutes(4)))
struct DelayedMessagesTests {
  private static let keys = Keys()
  private static let set = "agenthost:delayed:upper"

  /// One that looks by itself within no test's time, where it is to be told of what there is.
  private func mover(
    _ streams: Streams, of role: String = "upper", longestWait: Duration = DelayedMessages.longestWait
  ) async -> DelayedMessages {
    await DelayedMessages(
      client: streams.client, keys: Self.keys, logger: silentLogger, longestWait: longestWait
    ) { [role] }
  }

  private func message(_ text: String, after milliseconds: Int, _ priority: Priority = .normal) -> CommitWrite
  {
    .delay(delayed(text, after: milliseconds, priority))
  }

  private func delayed(_ text: String, after milliseconds: Int, _ priority: Priority = .normal)
    -> CommitWrite.DelayedMessage
  {
    .init(
      role: "upper", set: Self.set, stream: "stream:role:upper", priority: priority,
      milliseconds: milliseconds, envelope: Array(text.utf8))
  }

  @Test func `An outcome can wait, by the server's clock, and goes once it is due`() async throws {
    let streams = try await Streams()
    let source = try await streams.source()
    try await streams.add(0..<2)
    let deliveries = try await streams.deliveries(source)
    let statuses = try await streams.commit([
      deliveries[0].settled(message("now", after: 0)),
      deliveries[1].settled(message("later", after: 3_600_000)),
    ])
    #expect(statuses == [.done, .done])
    #expect(try await streams.integer("XLEN", source.stream) == 0)
    let next = try await mover(streams).moveDue(["upper"])
    #expect(next.map { $0 > .zero } == true)
    #expect(try await streams.envelopes(of: source.stream) == ["now"])
    #expect(try await streams.integer("ZCARD", Self.set) == 1)
    // An hour passes.
    let members =
      try await streams.send("ZRANGE", Self.set, "0", "-1").root.elements?.compactMap(\.string) ?? []
    try await streams.send("ZINCRBY", Self.set, "-3600000", members[0])
    #expect(try await mover(streams).moveDue(["upper"]) == nil)
    #expect(try await streams.envelopes(of: source.stream) == ["now", "later"])
    #expect(try await streams.integer("EXISTS", Self.set) == 0)
  }

  @Test func `Two hosts at once move each message once, and in one order`() async throws {
    let streams = try await Streams()
    _ = try await streams.source()
    for number in 0..<1000 {
      try await streams.send("ZADD", Self.set, String(number), "\(number)-0\nnormal\n\(number)")
    }
    let movers = [await mover(streams), await mover(streams)]
    try await withThrowingDiscardingTaskGroup { group in
      for mover in movers { group.addTask { _ = try await mover.moveDue(["upper"]) } }
    }
    #expect(try await streams.envelopes(of: "stream:role:upper") == (0..<1000).map(String.init))
  }

  @Test func `A message keeps its priority; what was never made falls back, and what is no message goes on`()
    async throws
  {
    let streams = try await Streams()
    _ = try await streams.source()
    try await streams.send("XGROUP", "CREATE", "stream:role:upper:prio:high", "g", "0", "MKSTREAM")
    for member in ["1-1\nhigh\na\nb", "2-1\nlow\nc", "no message"] {
      try await streams.send("ZADD", Self.set, "1", member)
    }
    _ = try await mover(streams).moveDue(["upper"])
    #expect(try await streams.envelopes(of: "stream:role:upper:prio:high") == ["a\nb"])
    #expect(try await streams.envelopes(of: "stream:role:upper") == ["c", "no message"])
  }

  @Test func `For a role that nobody ever served nothing waits`() async throws {
    let streams = try await Streams()
    let source = try await streams.source()
    try await streams.add(0..<1)
    let delivery = try #require(try await streams.deliveries(source).first)
    let write = CommitWrite.delay(
      .init(
        role: "x", set: "agenthost:delayed:x", stream: "stream:role:x", priority: .normal, milliseconds: 5,
        envelope: [1]))
    #expect(try await streams.commit([delivery.settled(write)]) == [.refused(.noSuchStream)])
    #expect(try await streams.integer("EXISTS", "agenthost:delayed:x") == 0)
  }

  @Test func `At its memory limit a server still lets go what is due`() async throws {
    let streams = try await Streams()
    _ = try await streams.source()
    try await streams.send("ZADD", Self.set, "1", "1-1\nnormal\nx")
    try await streams.send("CONFIG", "SET", "maxmemory", "1")
    _ = try await mover(streams).moveDue(["upper"])
    #expect(try await streams.envelopes(of: "stream:role:upper") == ["x"])
  }

  @Test func `What was made here is looked for when it is due, however seldom else`() async throws {
    let streams = try await Streams()
    _ = try await streams.source()
    let mover = await mover(streams, longestWait: .seconds(86_400))
    let run = Task { await mover.run() }
    defer { run.cancel() }
    try await hasLooked(streams)
    for number in 1...3 {
      try await streams.send("ZADD", Self.set, "1", "\(number)-0\nnormal\n\(number)")
      await mover.delayed(delayed("x", after: 3_600_000))
      await mover.delayed(delayed("x", after: 10 * number))
      try await RedisTestServer.wait(until: "message \(number) is moved") {
        try await streams.envelopes(of: "stream:role:upper").count == number
      }
    }
  }

  private func hasLooked(_ streams: Streams) async throws {
    try await RedisTestServer.wait(until: "it has looked") { try streams.calls(of: "zrangebyscore") > 0 }
  }

  @Test func `What a host delays for others is told to them where it is due before they look`() async throws {
    let streams = try await Streams()
    _ = try await streams.source()
    let theirs = await mover(streams, longestWait: .seconds(86_400))
    let channel = await ControlChannel(
      client: streams.client, keys: Self.keys, logger: silentLogger, firstAttempt: {}, subscribed: theirs.look
    ) { addressee, message in
      if case .role(let role) = addressee, message == DesiredChange.look { theirs.look(for: role) }
    }
    let ours = await mover(streams, of: "another", longestWait: .seconds(60))
    let tasks = [Task { await theirs.run() }, Task { await channel.run() }, Task { await ours.run() }]
    defer { for task in tasks { task.cancel() } }
    try await RedisTestServer.wait(until: "they listen") {
      try await streams.send("PUBLISH", "broadcast:role:other", "x").root.integer == 1
    }
    let before = try streams.calls(of: "publish")
    try await streams.send("ZADD", Self.set, "1", "1-0\nnormal\nsoon")
    await ours.delayed(delayed("soon", after: 59_999))
    try await RedisTestServer.wait(until: "it is moved by those who serve its role") {
      try await streams.envelopes(of: "stream:role:upper") == ["soon"]
    }
    await ours.delayed(delayed("late", after: 60_000))
    await ours.delayed(delayed("soon", after: 59_999))
    try await RedisTestServer.wait(until: "they are told again") {
      try streams.calls(of: "publish") >= before + 2
    }
    #expect(try streams.calls(of: "publish") == before + 2, "nobody need be told of what they will see")
    await channel.quiet()
  }

  @Test func `At the end others are told of what is due soon, for each role once`() async throws {
    let streams = try await Streams()
    let mover = await mover(streams, longestWait: .seconds(60))
    await mover.handOver()
    #expect(try streams.calls(of: "publish") == 0)
    await mover.delayed(delayed("late", after: 60_000))
    await mover.handOver()
    #expect(try streams.calls(of: "publish") == 0, "they see it by themselves")
    for wait in [59_000, 1] { await mover.delayed(delayed("soon", after: wait)) }
    await mover.handOver()
    #expect(try streams.calls(of: "publish") == 1)
  }

  @Test func `What could not be moved is looked for again soon`() async throws {
    let streams = try await Streams()
    try await streams.send("SET", "stream:role:upper", "no stream")
    try await streams.send("ZADD", Self.set, "1", "1-0\nnormal\nx")
    let mover = await mover(streams, longestWait: .seconds(86_400))
    let run = Task { await mover.run() }
    defer { run.cancel() }
    try await hasLooked(streams)
    try await streams.send("DEL", "stream:role:upper")
    try await RedisTestServer.wait(until: "it is moved") {
      try await streams.envelopes(of: "stream:role:upper") == ["x"]
    }
  }

  @Test func `Many roles are looked after in one call, and what is in the way of one holds up no other`()
    async throws
  {
    let streams = try await Streams()
    for role in ["a", "b", "c"] {
      try await streams.send("XGROUP", "CREATE", "stream:role:\(role)", "g", "0", "MKSTREAM")
      try await streams.send("ZADD", "agenthost:delayed:\(role)", "1", "1-0\nnormal\n\(role)")
    }
    for (role, due) in [("c", "99999999999999"), ("nobody", "199999999999999")] {
      try await streams.send("ZADD", "agenthost:delayed:\(role)", due, "2-0\nnormal\nlater")
    }
    try await streams.send("DEL", "stream:role:a", "agenthost:delayed:b")
    try await streams.send("SET", "stream:role:a", "no stream")
    try await streams.send("SET", "agenthost:delayed:b", "no set")
    let next = try await mover(streams).moveDue(["a", "b", "c", "nobody"])
    #expect(next == .seconds(1), "what failed is tried again soon")
    let later = try await mover(streams).moveDue(["c", "nobody"])
    #expect(later.map { $0 < .milliseconds(99_999_999_999_999) } == true, "what is due soonest decides")
    #expect(try await streams.envelopes(of: "stream:role:c") == ["c"])
    #expect(try await streams.integer("ZCARD", "agenthost:delayed:a") == 1, "what could not be moved stays")
  }

  @Test func `The loop moves what becomes due, soon after`() async throws {
    let streams = try await Streams()
    let source = try await streams.source()
    try await streams.add(0..<1)
    let delivery = try #require(try await streams.deliveries(source).first)
    let mover = await mover(streams)
    let run = Task { await mover.run() }
    defer { run.cancel() }
    #expect(try await streams.commit([delivery.settled(message("soon", after: 100))]) == [.done])
    try await RedisTestServer.wait(until: "the message is in its stream") {
      try await streams.envelopes(of: source.stream) == ["soon"]
    }
  }

  @Test func `A priority whose key holds something else holds up nobody`() async throws {
    let streams = try await Streams()
    _ = try await streams.source()
    try await streams.send("SET", "stream:role:upper:prio:high", "no stream")
    for (due, priority) in [("1", "high"), ("2", "normal")] {
      try await streams.send("ZADD", Self.set, due, "\(due)-0\n\(priority)\n\(due)")
    }
    #expect(try await mover(streams).moveDue(["upper"]) == nil)
    #expect(try await streams.envelopes(of: "stream:role:upper") == ["1", "2"])
  }
}
