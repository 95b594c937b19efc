import RedisClient
import RedisTestServer
import Testing

@testable import AgentStreams

@Suite struct CommitterTests {
  /// Runs a committer while `body` works with it; ends it in any case.
  private func running(
    _ client: RedisClient, _ body: (Committer) async throws -> Void
  ) async throws {
    let committer = await Committer(client: client, logger: silentLogger)
    let run = Task { await committer.run() }
    let result: Result<Void, any Error>
    do {
      result = .success(try await body(committer))
    } catch {
      result = .failure(error)
    }
    await committer.finish()
    await run.value
    try result.get()
  }

  private func waitUntilIdle(_ committer: Committer) async throws {
    try await RedisTestServer.wait(until: "everything is committed") { await committer.isIdle }
  }

  @Test func `Outcomes are committed as they come, and give back their slots`() async throws {
    let streams = try await Streams()
    let source = try await streams.source()
    try await streams.add(0..<40)
    let deliveries = try await streams.deliveries(source)
    #expect(await source.slots.free == 1024 - 40)
    try await running(streams.client) { committer in
      for delivery in deliveries {
        await committer.submit(delivery.settled(.result(delivery.entry.id, to: "result:m")))
      }
      try await waitUntilIdle(committer)
      #expect(await committer.counters.done == 40)
    }
    #expect(Set(try await streams.list("result:m")).count == 40)
    #expect(await source.slots.free == 1024)
    #expect(await source.heldCount == 0)
  }

  @Test func `More than a batch goes in several calls, and so does more than a batch's bytes`() async throws {
    let streams = try await Streams()
    let source = try await streams.source()
    try await streams.add(0..<600)
    let deliveries = try await streams.deliveries(source)
    let byCount = await Committer(client: streams.client, logger: silentLogger)
    await byCount.commitAll(deliveries.prefix(597).map { $0.settled() })
    #expect(await byCount.counters == CommitCounters(batches: 19, done: 597))
    let byBytes = await Committer(client: streams.client, logger: silentLogger)
    let large = String(repeating: "x", count: 200 << 10)
    await byBytes.commitAll(deliveries.suffix(3).map { $0.settled(.result(large, to: "result:m")) })
    #expect(await byBytes.counters == CommitCounters(batches: 3, done: 3))
  }

  /// Submits these while the server holds all calls back, the first two by themselves.
  private func submit(_ settlements: [Settlement], to committer: Committer) async throws {
    for (index, settlement) in settlements.enumerated() {
      await committer.submit(settlement)
      guard index < 2 else { continue }
      try await waitUntil(index + 1, of: committer)
    }
  }

  private func waitUntil(_ calls: Int, of committer: Committer) async throws {
    try await RedisTestServer.wait(until: "\(calls) calls are under way") {
      await committer.callsUnderWay == calls
    }
  }

  @Test func `While two calls are under way, a third is full or waits`() async throws {
    let streams = try await Streams()
    let source = try await streams.source()
    try await streams.add(0..<(2 + Committer.maximumBatch + 5))
    let settlements = try await streams.deliveries(source).map { $0.settled() }
    try await streams.send("SCRIPT", "LOAD", StreamScript.commit.source)
    try await running(streams.client) { committer in
      try streams.server.cli("CLIENT", "PAUSE", "60000", "WRITE")
      try await submit(settlements, to: committer)
      try await waitUntil(3, of: committer)
      try streams.server.cli("CLIENT", "UNPAUSE")
      try await waitUntilIdle(committer)
      #expect(await committer.counters == CommitCounters(batches: 4, done: settlements.count))
    }
  }

  @Test func `A call is full of few outcomes, too, where they are large`() async throws {
    let streams = try await Streams()
    let source = try await streams.source()
    try await streams.add(0..<5)
    let large = String(repeating: "x", count: Committer.maximumBatchBytes)
    let deliveries = try await streams.deliveries(source)
    try await streams.send("SCRIPT", "LOAD", StreamScript.commit.source)
    try await running(streams.client) { committer in
      try streams.server.cli("CLIENT", "PAUSE", "60000", "WRITE")
      try await submit(deliveries.map { $0.settled(.result(large, to: "result:m")) }, to: committer)
      try await waitUntil(5, of: committer)
      try streams.server.cli("CLIENT", "UNPAUSE")
      try await waitUntilIdle(committer)
      #expect(await committer.counters == CommitCounters(batches: 5, done: 5))
    }
  }

  @Test func `At the end a call need not be full`() async throws {
    let streams = try await Streams()
    let source = try await streams.source()
    try await streams.add(0..<7)
    let settlements = try await streams.deliveries(source).map { $0.settled() }
    try await streams.send("SCRIPT", "LOAD", StreamScript.commit.source)
    try await running(streams.client) { committer in
      try streams.server.cli("CLIENT", "PAUSE", "60000", "WRITE")
      try await submit(settlements, to: committer)
      #expect(await committer.callsUnderWay == 2)
      await committer.finish()
      try await waitUntil(3, of: committer)
      try streams.server.cli("CLIENT", "UNPAUSE")
      try await waitUntilIdle(committer)
      #expect(await committer.counters == CommitCounters(batches: 3, done: 7))
    }
  }

  @Test func `From a server that has become a replica it goes away, until there is a master`() async throws {
    let streams = try await Streams()
    let source = try await streams.source()
    try await streams.add(0..<1)
    let delivery = try #require(try await streams.deliveries(source).first)
    // A master that is not there; what the replica holds it still gives.
    try streams.server.cli("CONFIG", "SET", "replica-serve-stale-data", "yes")
    try streams.server.cli("REPLICAOF", "127.0.0.1", "1")
    let made = await streams.client.connectionsMade
    try await running(streams.client) { committer in
      await committer.submit(delivery.settled(.result("x", to: "result:m")))
      try await RedisTestServer.wait(until: "the client has tried another connection") {
        await streams.client.connectionsMade > made
      }
      try streams.server.cli("REPLICAOF", "NO", "ONE")
      try await waitUntilIdle(committer)
    }
    #expect(try await streams.list("result:m") == ["x"])
  }

  @Test func `A server that has forgotten the script gets it again`() async throws {
    let streams = try await Streams()
    let source = try await streams.source()
    try await streams.add(0..<2)
    let deliveries = try await streams.deliveries(source)
    try await running(streams.client) { committer in
      for delivery in deliveries {
        await committer.submit(delivery.settled(.result(delivery.entry.id, to: "result:m")))
        try await waitUntilIdle(committer)
        try await streams.send("SCRIPT", "FLUSH")
      }
      #expect(await committer.counters == CommitCounters(batches: 2, done: 2))
    }
    #expect(try await streams.list("result:m").count == 2)
  }

  @Test func `A batch whose answer is lost is sent again, and nothing is written twice`() async throws {
    let streams = try await Streams()
    let proxy = try LossyProxy(to: streams.server.socketPath)
    defer { proxy.stop() }
    let client = try await Streams.client(socketPath: proxy.socketPath)
    let source = try await streams.source()
    try await streams.add(0..<20)
    let deliveries = try await streams.deliveries(source)
    // Or what is lost could be that the server does not know the script.
    try await streams.send("SCRIPT", "LOAD", StreamScript.commit.source)
    try await running(client) { committer in
      proxy.loseAnswer(to: "EVALSHA")
      for delivery in deliveries {
        await committer.submit(delivery.settled(.result(delivery.entry.id, to: "result:m")))
      }
      try await waitUntilIdle(committer)
      let counters = await committer.counters
      #expect(proxy.lostAnswers == 1)
      #expect(counters.repeated >= 1)
      #expect(counters.ambiguous >= 1 && counters.notOurs == 0)
      #expect(counters.done + counters.ambiguous == 20)
    }
    #expect(try await streams.list("result:m").sorted() == deliveries.map(\.entry.id).sorted())
    #expect(try await streams.pending(source).isEmpty)
    #expect(await source.heldCount == 0)
    await client.close()
  }

  @Test func `A connection that is killed between two commits costs neither of them`() async throws {
    let streams = try await Streams()
    let source = try await streams.source()
    try await streams.add(0..<2)
    let deliveries = try await streams.deliveries(source)
    try await running(streams.client) { committer in
      await committer.submit(deliveries[0].settled(.result("0", to: "result:m")))
      try await waitUntilIdle(committer)
      try streams.server.cli("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes")
      await committer.submit(deliveries[1].settled(.result("1", to: "result:m")))
      try await waitUntilIdle(committer)
    }
    #expect(try streams.server.cli("LRANGE", "result:m", "0", "-1") == "1\n0")
  }

  @Test func `After a refusal what comes instead is committed`() async throws {
    let streams = try await Streams()
    let source = try await streams.source()
    try await streams.add(0..<1)
    let delivery = try #require(try await streams.deliveries(source).first)
    let log = RefusalLog { delivery.settled(.result("instead", to: "result:m")) }
    let committer = await Committer(client: streams.client, logger: silentLogger)
    await committer.commitAll([delivery.settled(.forward("x", to: "stream:role:nobody"), refused: log)])
    #expect(log.refusals == [.noSuchStream])
    #expect(await committer.counters == CommitCounters(batches: 2, done: 1, refused: 1))
    #expect(try await streams.list("result:m") == ["instead"])
    #expect(try await streams.pending(source).isEmpty)
  }

  @Test func `When nothing is left to try the entry stays pending, and its slot is free`() async throws {
    let streams = try await Streams()
    let source = try await streams.source()
    try await streams.add(0..<1)
    let delivery = try #require(try await streams.deliveries(source).first)
    let committer = await Committer(client: streams.client, logger: silentLogger)
    await committer.commitAll([delivery.settled(.forward("x", to: "stream:role:nobody"))])
    #expect(try await streams.pending(source).map(\.id) == [delivery.entry.id])
    #expect(await source.heldCount == 0)
  }

  @Test func `An outcome of an entry that is not ours any more is counted, and its slot is free`()
    async throws
  {
    let streams = try await Streams()
    let source = try await streams.source()
    let ids = try await streams.add(0..<1)
    let delivery = try #require(try await streams.deliveries(source).first)
    try await streams.send("XCLAIM", source.stream, source.group, "other", "0", ids[0])
    let committer = await Committer(client: streams.client, logger: silentLogger)
    await committer.commitAll([delivery.settled(.result("x", to: "result:m"))])
    #expect(await committer.counters == CommitCounters(batches: 1, notOurs: 1))
    #expect(await source.heldCount == 0)
    #expect(try await streams.list("result:m").isEmpty)
  }

  @Test(.timeLimit(.minutes(4)))
  func `Without a server the end is not waited for`() async throws {
    let streams = try await Streams()
    let source = try await streams.source()
    try await streams.add(0..<3)
    let deliveries = try await streams.deliveries(source)
    streams.server.stop()
    let committer = await Committer(client: streams.client, logger: silentLogger)
    await committer.commitAll(deliveries.map { $0.settled(.result("x", to: "result:m")) })
    #expect(await committer.isIdle)
    #expect(await committer.counters.done == 0)
    #expect(await source.heldCount == 0)
  }

  @Test func `A server that is away is waited for`() async throws {
    let streams = try await Streams()
    // Without a password the server takes nothing; with it again, everything.
    let source = try await streams.source()
    try await streams.add(0..<1)
    let delivery = try #require(try await streams.deliveries(source).first)
    let client = try await Streams.client(socketPath: streams.server.socketPath)
    try await streams.send("CONFIG", "SET", "requirepass", "secret")
    try await running(client) { committer in
      await committer.submit(delivery.settled(.result("x", to: "result:m")))
      try await RedisTestServer.wait(until: "it has been tried twice") {
        await committer.counters.repeated >= 2
      }
      #expect(await !committer.isIdle)
      try await streams.send("CONFIG", "SET", "requirepass", "")
      try await waitUntilIdle(committer)
      #expect(await committer.counters.done == 1)
    }
    #expect(try await streams.list("result:m") == ["x"])
    await client.close()
  }
}
