import RedisClient
import RedisTestServer
import SeededGenerator
import Testing

@testable import AgentStreams

@Suite struct CommitBatchTests {
  @Test(arguments: [UInt64(1), 2])
  func `A batch of several sources, in any order, is committed whole`(seed: UInt64) async throws {
    let streams = try await Streams()
    var generator = SeededGenerator(seed: seed)
    var batch: [Settlement] = []
    for (index, role) in ["upper", "reverse", "manager"].enumerated() {
      let source = try await streams.source(stream: "stream:role:\(role)", group: "cg:role:\(role)")
      try await streams.add(0..<(index == 0 ? 86 : 85), to: source.stream)
      for delivery in try await streams.deliveries(source) {
        let text = "\(role)/\(delivery.entry.id)"
        batch.append(delivery.settled(.result(text, to: "result:\(role)"), .result(text, to: "result:all")))
      }
    }
    batch.shuffle(using: &generator)
    #expect(try await streams.commit(batch) == Array(repeating: .done, count: 256))
    let expected = batch.map { "\($0.delivery.source.stream.dropFirst(12))/\($0.delivery.entry.id)" }.sorted()
    #expect(try await streams.list("result:all").sorted() == expected)
    for role in ["upper", "reverse", "manager"] {
      #expect(try await streams.integer("XLEN", "stream:role:\(role)") == 0)
    }
  }

  @Test func `Keys that Swift takes for equal texts are two keys`() async throws {
    let streams = try await Streams()
    let source = try await streams.source()
    try await streams.add(0..<3)
    let deliveries = try await streams.deliveries(source)
    let lists = ["result:\u{E9}", "result:e\u{301}", "result:\u{E9}"]
    #expect(lists[0] == lists[1])
    let batch = zip(deliveries, lists).enumerated().map { $1.0.settled(.result("\($0)", to: $1.1)) }
    #expect(try await streams.commit(batch) == [.done, .done, .done])
    #expect(try await streams.list(lists[0]) == ["2", "0"])
    #expect(try await streams.list(lists[1]) == ["1"])
  }

  @Test func `A part of a batch that is not ours is found wherever it stands`() async throws {
    let streams = try await Streams()
    let source = try await streams.source()
    let ids = try await streams.add(0..<60)
    let deliveries = try await streams.deliveries(source)
    let lost = Set(ids.enumerated().filter { $0.offset % 3 == 0 || $0.offset > 50 }.map(\.element))
    for id in lost { try await streams.send("XCLAIM", source.stream, source.group, "other", "0", id) }
    let statuses = try await streams.commit(
      deliveries.reversed().map { $0.settled(.result($0.entry.id, to: "result:m")) })
    #expect(statuses == ids.reversed().map { lost.contains($0) ? .notOurs : .done })
    #expect(Set(try await streams.list("result:m")) == Set(ids).subtracting(lost))
    #expect(Set(try await streams.pending(source).map(\.id)) == lost)
  }

  @Test func `A consumer that holds more than it is asked about commits all the same`() async throws {
    let streams = try await Streams()
    let source = try await streams.source()
    let ids = try await streams.add(0..<50)
    let entries = try await streams.read(source)
    // The source knows of three only, so the script asks for three.
    var batch: [Settlement] = []
    for index in [10, 30, 49] {
      let delivery = try #require(await source.take(entries[index], deliveries: 1))
      batch.append(delivery.settled(.result("\(index)", to: "result:m")))
    }
    try await streams.send("XCLAIM", source.stream, source.group, "other", "0", ids[30])
    #expect(try await streams.commit(batch) == [.done, .notOurs, .done])
    #expect(try await streams.list("result:m") == ["49", "10"])
    #expect(try await streams.pending(source).count == 48)
  }

  @Test func `At its memory limit a server still takes outcomes, and so drains`() async throws {
    let streams = try await Streams()
    let source = try await streams.source()
    try await streams.add(0..<2)
    try await streams.send("XGROUP", "CREATE", "stream:role:next", "g", "0", "MKSTREAM")
    let deliveries = try await streams.deliveries(source)
    let digest = try await streams.send("SCRIPT", "LOAD", StreamScript.commit.source).root.string
    try await streams.send("CONFIG", "SET", "maxmemory-policy", "noeviction")
    try await streams.send("CONFIG", "SET", "maxmemory", "1")
    let refused = await #expect(throws: RedisError.self) { try await streams.add(9..<10) }
    #expect(refused?.meaning == .passing)
    #expect(digest != nil)
    let committer = await Committer(client: streams.client, logger: silentLogger)
    await committer.commitAll([
      deliveries[0].settled(.forward("zero", to: "stream:role:next")),
      deliveries[1].settled(.result("one", to: "result:m", timeToLive: 5)),
    ])
    #expect(await committer.counters.done == 2)
    #expect(try await streams.envelopes(of: "stream:role:next") == ["zero"])
    #expect(try await streams.list("result:m") == ["one"])
  }

  @Test func `While another group reads the stream, entries are acknowledged and not deleted`() async throws {
    let streams = try await Streams()
    try await streams.send("XGROUP", "CREATE", "stream:role:upper", "audit", "0", "MKSTREAM")
    let source = try await streams.source()
    #expect(await !source.deletesAcknowledged)
    try await streams.add(0..<2)
    let deliveries = try await streams.deliveries(source)
    #expect(try await streams.commit(deliveries.map { $0.settled() }) == [.done, .done])
    #expect(try await streams.pending(source).isEmpty)
    #expect(try await streams.envelopes(of: source.stream) == ["0", "1"])
    let alone = try await streams.source(stream: "stream:role:alone")
    #expect(await alone.deletesAcknowledged)
  }

  @Test func `An answer of another form is an error`() async throws {
    let streams = try await Streams()
    for script in ["return 1", "return {1}", "return {1, 1, 1}"] {
      let reply = try await streams.send("EVAL", script, "0")
      #expect(throws: RedisError.unexpectedReply(command: "the commit script")) {
        try CommitScript.statuses(in: reply, count: 2)
      }
    }
    let reply = try await streams.send("EVAL", "return {1, 0, 2, 'ERR x', 3, 4, 5}", "0")
    #expect(
      try CommitScript.statuses(in: reply, count: 7) == [
        .done, .notOurs, .refused(.noSuchStream), .refused(.error("ERR x")),
        .refused(.cancelled), .ended, .refused(.error("an answer of another kind")),
      ])
  }
}
