import RedisClient
import RedisTestServer
import Testing

@testable import AgentStreams

@Suite struct CommitAllOrNoneTests {
  private static let list = "result:m"
  private static let letters = "dlq:role:upper"
  private static let next = "stream:role:next"

  /// A server on which one delivery waits, and on which what the outcome writes to holds something already.
  private func prepared() async throws -> (Streams, DeliverySource, Delivery) {
    let streams = try await Streams()
    let source = try await streams.source()
    try await streams.add(0..<1)
    try await streams.add(7..<8, to: Self.next)
    try await streams.send("SET", "result:text", "a text")
    let delivery = try #require(try await streams.deliveries(source).first)
    return (streams, source, delivery)
  }

  private static let writes: CommitWrites = [
    .result("x", to: list, timeToLive: 9), .result("y", to: list), .forward("z", to: next),
    .deadLetter(stream: letters, fields: [.init("envelope", "w")]),
  ]

  private func settled(_ delivery: Delivery, then last: CommitWrite) -> Settlement {
    Settlement(delivery: delivery, writes: Self.writes + [last], refused: RefusalLog())
  }

  @Test func `Several writes are done together`() async throws {
    let (streams, _, delivery) = try await prepared()
    #expect(try await streams.commit([settled(delivery, then: .result("v", to: Self.list))]) == [.done])
    #expect(try await streams.list(Self.list) == ["v", "y", "x"])
    #expect(try await streams.envelopes(of: Self.next) == ["7", "z"])
    #expect(try await streams.envelopes(of: Self.letters) == ["w"])
  }

  @Test(arguments: [CommitWrite.result("v", to: "result:text"), .forward("v", to: "stream:role:nobody")])
  func `Of several writes none is left when the last is refused`(last: CommitWrite) async throws {
    let (streams, source, delivery) = try await prepared()
    try await streams.send("RPUSH", Self.list, "before")
    let statuses = try await streams.commit([settled(delivery, then: last)])
    guard case .refused = statuses[0] else {
      Issue.record("\(statuses)")
      return
    }
    #expect(try await streams.list(Self.list) == ["before"])
    #expect(try await streams.envelopes(of: Self.next) == ["7"])
    #expect(try await streams.integer("XLEN", Self.letters) == 0)
    #expect(try await streams.pending(source).map(\.id) == [delivery.entry.id])
  }

  @Test func `What is taken back leaves no key behind`()
    async throws
  {
    let (streams, _, delivery) = try await prepared()
    _ = try await streams.commit([settled(delivery, then: .result("v", to: "result:text"))])
    #expect(try await streams.integer("EXISTS", Self.list) == 0)
    #expect(try await streams.integer("EXISTS", Self.letters) == 0)
  }

  @Test func `After a refusal the writes that follow are passed over, and the next entry is read right`()
    async throws
  {
    let (streams, source, first) = try await prepared()
    try await streams.add(1..<2)
    let second = try #require(try await streams.deliveries(source).first)
    let statuses = try await streams.commit([
      Settlement(
        delivery: first, writes: [.forward("v", to: "stream:role:nobody")] + Self.writes,
        refused: RefusalLog()),
      second.settled(.result("second", to: Self.list)),
    ])
    #expect(statuses == [.refused(.noSuchStream), .done])
    #expect(try await streams.list(Self.list) == ["second"])
  }

  @Test func `A dead letter of more values than a script can pass on is refused, and harms no neighbour`()
    async throws
  {
    let (streams, source, first) = try await prepared()
    try await streams.add(1..<2)
    let second = try #require(try await streams.deliveries(source).first)
    let fields = (0..<4500).map { CommitWrite.DeadLetterField("entry.\($0)", "x") }
    let statuses = try await streams.commit([
      first.settled(.result("first", to: Self.list)),
      second.settled(.deadLetter(stream: Self.letters, fields: fields)),
    ])
    #expect(statuses.first == .done)
    #expect(statuses.last == .refused(.error("ERR a dead letter of more than 7000 values")))
    #expect(try await streams.list(Self.list) == ["first"])
  }
}
