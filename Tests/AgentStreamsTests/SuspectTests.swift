import NIOCore
import RedisClient
import RedisTestServer
import Testing

@testable import AgentStreams

@Suite(.timeLimit(.minutes(4)))
struct SuspectTests {
  @Test func `What has been at two deaths is given out alone, one after the other`() async throws {
    let streams = try await Streams()
    let source = try await streams.source()
    let ids = try await streams.add(0..<6)
    try await streams.read(source, as: RecovererTests.dead)
    for id in [ids[1], ids[3], ids[4]] {
      try await streams.send(
        "XCLAIM", source.stream, source.group, RecovererTests.dead, "0", id, "RETRYCOUNT", "2")
    }
    let inbox = Inbox()
    let turn = SuspectTurn()
    try await recovering(source, inbox, client: streams.client, policy: RecovererTests.patient, turn: turn) {
      _ in
      for (count, id) in [(1, ids[1]), (2, ids[3]), (3, ids[4])] {
        try await inbox.waitForCount(count)
        let last = try #require(await inbox.deliveries.last)
        #expect(last.entry.id == id)
        #expect(last.deliveries == 3)
        let held = try await streams.pending(source).filter { $0.consumer == RecovererTests.dead }
        #expect(held.count == 6 - count, "the others' turn has not come, and they are not charged")
        await source.release(last)
      }
      try await RedisTestServer.wait(until: "the last has come to its end") { await !turn.isTaken }
    }
    let left = try await streams.pending(source).filter { $0.consumer == RecovererTests.dead }
    #expect(left.map(\.id) == [ids[0], ids[2], ids[5]], "what is not suspected is for others")
  }

  @Test func `Whoever takes all others over leaves suspects to their worker, and tells of them`()
    async throws
  {
    let streams = try await Streams()
    let source = try await streams.source()
    let ids = try await streams.add(0..<5)
    try await streams.read(source, as: RecovererTests.dead)
    try await streams.send(
      "XCLAIM", source.stream, source.group, RecovererTests.dead, "0", ids[1], "RETRYCOUNT", "2")
    let inbox = Inbox(releasesAtOnce: true)
    // Leases lapse soon: what is left to another must not be taken by that either. Ten of them are how long it is left, and
    // longer than this takes on a busy machine.
    try await recovering(
      source, inbox, client: streams.client, charged: [], suspected: [ids[3]],
      policy: LeasePolicy(lease: .seconds(3))
    ) { _ in
      try await inbox.waitForCount(3)
      try await RedisTestServer.wait(until: "it has told of them often") { await inbox.tellings > 5 }
    }
    #expect(await Set(inbox.deliveries.map(\.entry.id)) == [ids[0], ids[2], ids[4]])
    let left = try await streams.pending(source).filter { $0.consumer == RecovererTests.dead }
    #expect(left.map(\.id) == [ids[1], ids[3]])
    #expect(left.map(\.deliveries) == [2, 1], "nobody has given them out")
  }

  @Test func `Suspects that nobody takes for long are given out all the same, one by one`() async throws {
    let streams = try await Streams()
    let source = try await streams.source()
    let ids = try await streams.add(0..<2)
    try await streams.read(source, as: RecovererTests.dead)
    let inbox = Inbox()
    try await recovering(
      source, inbox, client: streams.client, charged: [], suspected: ids,
      policy: LeasePolicy(lease: .milliseconds(60))
    ) { _ in
      try await inbox.waitForCount(1)
      #expect(try await streams.pending(source).map(\.consumer) == [source.consumer, RecovererTests.dead])
      try await streams.send("XACK", source.stream, source.group, ids[0])
      await source.release(try #require(await inbox.deliveries.first))
      try await inbox.waitForCount(2)
    }
    #expect(await inbox.deliveries.map(\.entry.id) == ids)
  }

  @Test func `Suspects are neglected while their number stays, and only then`() {
    var neglect = SuspectNeglect()
    let patience = TimeAmount.seconds(10)
    let start = NIODeadline.uptimeNanoseconds(1_000_000_000)
    func isTooLong(_ left: Int, after seconds: Int64) -> Bool {
      neglect.isTooLong(left: left, at: start + .seconds(seconds), patience: patience)
    }
    #expect(!isTooLong(3, after: 0) && !isTooLong(3, after: 9) && isTooLong(3, after: 10))
    #expect(!isTooLong(2, after: 11) && !isTooLong(2, after: 20) && isTooLong(2, after: 21))
    #expect(!isTooLong(0, after: 22) && !isTooLong(0, after: 99))
    #expect(!isTooLong(1, after: 100))
  }

  @Test func `What a worker may have died of is worked on alone, and is charged when another dies of it`()
    async throws
  {
    let streams = try await Streams()
    let source = try await streams.source()
    let ids = try await streams.add(0..<4)
    try await streams.read(source, as: RecovererTests.dead)
    let inbox = Inbox()
    try await recovering(
      source, inbox, client: streams.client, charged: [ids[2]], suspected: [ids[0], ids[2]],
      policy: RecovererTests.patient, turn: SuspectTurn()
    ) { _ in
      try await inbox.waitForCount(1)
      let first = try #require(await inbox.deliveries.first)
      #expect(first.entry.id == ids[0] && first.deliveries == 1, "suspected only")
      await source.release(first)
      try await inbox.waitForCount(2)
      let second = try #require(await inbox.deliveries.last)
      #expect(second.entry.id == ids[2] && second.deliveries == 2, "charged")
    }
    #expect(await inbox.deliveries.count == 2)
  }

  @Test func `What is charged with one death is not charged with another, in the same look`() async throws {
    let streams = try await Streams()
    let source = try await streams.source()
    let ids = try await streams.add(0..<2)
    try await streams.read(source, as: "host:8:1/\(RecovererTests.earlier)")
    // It holds nothing any more, and is remembered.
    _ = try await streams.client.send(
      RedisCommand("XGROUP", "CREATECONSUMER", source.stream, source.group, RecovererTests.dead))
    let inbox = Inbox()
    try await recovering(
      source, inbox, client: streams.client,
      workers: [
        DeadWorker(RecovererTests.before, charged: [source.stream: [ids[0]]]),
        DeadWorker(RecovererTests.earlier, charged: [:]),
      ], policy: RecovererTests.patient
    ) { _ in
      try await inbox.waitForCount(2)
    }
    #expect(await inbox.deliveries.map(\.deliveries) == [1, 1])
  }

  @Test(arguments: [(2, ["1", "2"]), (3, ["2"])])
  func `Where one delivery more is too many, what may have killed is suspected from the first death on`(
    cap: Int, suspects: [String]
  ) async throws {
    let streams = try await Streams()
    let source = try await streams.source()
    let ids = try await streams.add(0..<3)
    try await streams.read(source, as: RecovererTests.dead)
    let held = ids[2]
    try await streams.send(
      "XCLAIM", source.stream, source.group, RecovererTests.dead, "0", held, "RETRYCOUNT", "2")
    let inbox = Inbox(releasesAtOnce: true)
    // The first was in nobody's hands, and says nothing.
    try await recovering(
      source, inbox, client: streams.client, charged: [ids[1], held],
      policy: LeasePolicy(lease: .seconds(3600), maximumDeliveries: cap)
    ) { _ in
      try await inbox.waitForCount(3 - suspects.count)
      try await RedisTestServer.wait(until: "it has told of them") { await inbox.tellings > 0 }
    }
    let left = try await streams.pending(source).filter { $0.consumer == RecovererTests.dead }
    #expect(left.map(\.id) == suspects.compactMap { Int($0).map { ids[$0] } })
  }

  @Test func `It is clear once nothing is left, nothing is in work, and leases would have lapsed`()
    async throws
  {
    let streams = try await Streams()
    let source = try await streams.source()
    let ids = try await streams.add(0..<1)
    try await streams.read(source, as: RecovererTests.dead)
    let inbox = Inbox()
    try await recovering(
      source, inbox, client: streams.client, charged: [], suspected: ids,
      policy: LeasePolicy(lease: .milliseconds(90)), turn: SuspectTurn()
    ) { recoverer in
      try await inbox.waitForCount(1)
      try await RedisTestServer.wait(until: "it has been looked often") {
        try streams.calls(of: "xpending") > 24
      }
      #expect(await !recoverer.isClear, "the suspect is in work")
      try await streams.send("XACK", source.stream, source.group, ids[0])
      await source.release(try #require(await inbox.deliveries.first))
      try await RedisTestServer.wait(until: "it is clear") { await recoverer.isClear }
      await recoverer.learn(of: [DeadWorker(RecovererTests.earlier)])
      #expect(await !recoverer.isClear)
      try await RedisTestServer.wait(until: "it is clear again") { await recoverer.isClear }
    }
  }

  @Test
  func
    `Where nobody is known to be dead and nothing is held it is clear, until a suspect's lease has lapsed`()
    async throws
  {
    let streams = try await Streams()
    let source = try await streams.source()
    let ids = try await streams.add(0..<1)
    let inbox = Inbox()
    try await recovering(
      source, inbox, client: streams.client, dead: [], policy: LeasePolicy(lease: .milliseconds(90)),
      turn: SuspectTurn()
    ) { recoverer in
      try await RedisTestServer.wait(until: "it is clear") { await recoverer.isClear }
      try await streams.read(source, as: RecovererTests.dead)
      try await streams.send(
        "XCLAIM", source.stream, source.group, RecovererTests.dead, "0", ids[0], "RETRYCOUNT", "2")
      try await inbox.waitForCount(1)
      #expect(await !recoverer.isClear, "the suspect is in work")
      try await streams.send("XACK", source.stream, source.group, ids[0])
      await source.release(try #require(await inbox.deliveries.first))
      try await RedisTestServer.wait(until: "it is clear again") { await recoverer.isClear }
    }
  }

  @Test func `Of all agents of a host one has a suspect in work`() async throws {
    let streams = try await Streams()
    let turn = SuspectTurn()
    let inbox = Inbox()
    let sources = [
      try await streams.source(),
      try await streams.source(stream: "stream:role:reverse", group: "cg:role:reverse"),
    ]
    for source in sources {
      let ids = try await streams.add(0..<2, to: source.stream)
      try await streams.read(source, as: RecovererTests.dead)
      for id in ids {
        try await streams.send(
          "XCLAIM", source.stream, source.group, RecovererTests.dead, "0", id, "RETRYCOUNT", "2")
      }
    }
    try await recovering(
      sources[0], inbox, client: streams.client, policy: RecovererTests.patient, turn: turn
    ) { _ in
      try await recovering(
        sources[1], inbox, client: streams.client, policy: RecovererTests.patient, turn: turn
      ) { _ in
        for count in 1...4 {
          try await inbox.waitForCount(count)
          var pending: [Streams.Pending] = []
          for source in sources { pending += try await streams.pending(source) }
          let claimed = pending.filter { $0.consumer != RecovererTests.dead }
          #expect(claimed.count == count, "the others' turn has not come, and they are not charged")
          let last = try #require(await inbox.deliveries.last)
          await last.source.release(last)
        }
      }
    }
    #expect(await inbox.deliveries.count == 4)
  }

  @Test func `A suspect whose claim was done and whose answer was lost comes all the same`() async throws {
    let streams = try await Streams()
    let proxy = try LossyProxy(to: streams.server.socketPath)
    defer { proxy.stop() }
    let client = try await Streams.client(socketPath: proxy.socketPath)
    let source = try await streams.source()
    let ids = try await streams.add(0..<1)
    try await streams.read(source, as: RecovererTests.dead)
    try await streams.send(
      "XCLAIM", source.stream, source.group, RecovererTests.dead, "0", ids[0], "RETRYCOUNT", "2")
    let inbox = Inbox()
    proxy.loseAnswer(to: "suspect\r\n$1\r\n2\r\n$1\r\n1\r\n")
    try await recovering(source, inbox, client: client, turn: SuspectTurn()) { _ in
      try await inbox.waitForCount(1)
    }
    #expect(proxy.lostAnswers == 1)
    #expect(await inbox.deliveries.map(\.deliveries) == [3], "it is charged for one delivery")
    await client.close()
  }
}
