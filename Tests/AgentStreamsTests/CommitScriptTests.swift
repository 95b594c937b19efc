import NIOCore
import RedisClient
import RedisTestServer
import Testing

@testable import AgentStreams

@Suite struct CommitScriptTests {
  @Test func `An outcome is written, and its entry is settled and deleted`() async throws {
    let streams = try await Streams()
    let source = try await streams.source()
    try await streams.send("XGROUP", "CREATE", "stream:role:next", "g", "0", "MKSTREAM")
    try await streams.add(0..<3)
    let deliveries = try await streams.deliveries(source)
    let statuses = try await streams.commit([
      deliveries[0].settled(.forward("zero", to: "stream:role:next")),
      deliveries[1].settled(.result("one", to: "result:m", timeToLive: 100)),
      deliveries[2].settled(
        .deadLetter(stream: "dlq:role:upper", fields: [.init("envelope", "two"), .init("reason", "a: b")])),
    ])
    #expect(statuses == [.done, .done, .done])
    #expect(try await streams.envelopes(of: "stream:role:next") == ["zero"])
    #expect(try await streams.list("result:m") == ["one"])
    #expect((1...100).contains(try await streams.integer("TTL", "result:m") ?? 0))
    let letters = try await streams.send("XRANGE", "dlq:role:upper", "-", "+").root
    let fields = try StreamCommands.entries(of: letters).first?.fields ?? []
    #expect(fields.map { "\($0.name)=\(String(buffer: $0.value))" } == ["envelope=two", "reason=a: b"])
    #expect(try await streams.integer("XLEN", source.stream) == 0)
    #expect(try await streams.pending(source).isEmpty)
  }

  @Test func `An outcome without writes settles its entry`() async throws {
    let streams = try await Streams()
    let source = try await streams.source()
    try await streams.add(0..<1)
    let deliveries = try await streams.deliveries(source)
    #expect(try await streams.commit(deliveries.map { $0.settled() }) == [.done])
    #expect(try await streams.pending(source).isEmpty)
    #expect(try await streams.integer("XLEN", source.stream) == 0)
  }

  @Test func `A list without a time to live keeps none, and keeps its order`() async throws {
    let streams = try await Streams()
    let source = try await streams.source()
    try await streams.add(0..<2)
    let deliveries = try await streams.deliveries(source)
    _ = try await streams.commit(
      deliveries.enumerated().map { $1.settled(.result("\($0)", to: "result:own")) })
    #expect(try await streams.list("result:own") == ["1", "0"], "a client takes from the right")
    #expect(try await streams.integer("TTL", "result:own") == -1)
  }

  @Test func `Bytes that are no text arrive as they are`() async throws {
    let streams = try await Streams()
    let source = try await streams.source()
    try await streams.add(0..<1)
    let bytes: [UInt8] = [0, 255, 13, 10, 128]
    let delivery = try #require(try await streams.deliveries(source).first)
    _ = try await streams.commit([delivery.settled(.result(list: "result:m", envelope: bytes, timeToLive: 0))]
    )
    let element = try await streams.send("LINDEX", "result:m", "0").root.bytes
    #expect(element.map { Array($0.readableBytesView) } == bytes)
  }

  @Test func `An entry that another consumer has claimed has no effect at all`() async throws {
    let streams = try await Streams()
    let source = try await streams.source()
    let ids = try await streams.add(0..<2)
    let deliveries = try await streams.deliveries(source)
    try await streams.send("XCLAIM", source.stream, source.group, "other", "0", ids[0])
    let statuses = try await streams.commit(
      deliveries.map { $0.settled(.result("x", to: "result:m"), .result("y", to: "result:m")) })
    #expect(statuses == [.notOurs, .done])
    #expect(try await streams.list("result:m") == ["y", "x"])
    #expect(try await streams.pending(source) == [.init(id: ids[0], consumer: "other", deliveries: 2)])
    #expect(try await streams.envelopes(of: source.stream) == ["0"])
  }

  @Test func `An entry that was settled before, or whose stream is gone, has no effect`() async throws {
    let streams = try await Streams()
    let source = try await streams.source()
    try await streams.add(0..<1)
    let delivery = try #require(try await streams.deliveries(source).first)
    let batch = [delivery.settled(.result("x", to: "result:m"))]
    #expect(try await streams.commit(batch) == [.done])
    #expect(try await streams.commit(batch) == [.notOurs])
    try await streams.send("DEL", source.stream)
    #expect(try await streams.commit(batch) == [.notOurs])
    #expect(try await streams.list("result:m") == ["x"])
  }

  @Test func `A work stream that nobody ever served is not made`() async throws {
    let streams = try await Streams()
    let source = try await streams.source()
    try await streams.add(0..<1)
    let deliveries = try await streams.deliveries(source)
    let statuses = try await streams.commit(
      deliveries.map { $0.settled(.forward("x", to: "stream:role:nobody")) })
    #expect(statuses == [.refused(.noSuchStream)])
    #expect(try await streams.integer("EXISTS", "stream:role:nobody") == 0)
    #expect(try await streams.pending(source).count == 1)
  }

  @Test func `A destination that is refused harms no neighbour`() async throws {
    let streams = try await Streams()
    let source = try await streams.source()
    try await streams.send("SET", "result:text", "a text")
    try await streams.send("SET", "stream:role:text", "a text")
    let ids = try await streams.add(0..<4)
    let deliveries = try await streams.deliveries(source)
    let statuses = try await streams.commit([
      deliveries[0].settled(.result("zero", to: "result:m")),
      deliveries[1].settled(.result("one", to: "result:text")),
      deliveries[2].settled(.forward("two", to: "stream:role:text")),
      deliveries[3].settled(.result("three", to: "result:m")),
    ])
    for index in [1, 2] {
      guard case .refused(.error(let text)) = statuses[index] else {
        Issue.record("\(statuses[index])")
        continue
      }
      #expect(text.hasPrefix("WRONGTYPE"))
    }
    #expect([statuses[0], statuses[3]] == [.done, .done])
    #expect(try await streams.list("result:m") == ["three", "zero"])
    #expect(try await streams.pending(source).map(\.id) == [ids[1], ids[2]])
    #expect(try await streams.envelopes(of: source.stream) == ["1", "2"], "what is not done stays")
  }

  @Test func `A message may go back to the stream that it came from`() async throws {
    let streams = try await Streams()
    let source = try await streams.source()
    try await streams.add(0..<1)
    let deliveries = try await streams.deliveries(source)
    #expect(
      try await streams.commit(deliveries.map { $0.settled(.forward("again", to: source.stream)) }) == [.done]
    )
    #expect(try await streams.envelopes(of: source.stream) == ["again"])
    #expect(try await streams.deliveries(source).count == 1)
  }
}
