import RedisClient
import RedisTestServer
import Testing

@testable import AgentStreams

@Suite("The end of a request")
struct RequestEndTests {
  private static let request = "agenthost:request:m"
  private static let list = "result:m"

  private func end(_ text: String, _ state: RequestState = .done, list: String = Self.list) -> CommitWrite {
    .end(
      .init(
        request: Self.request, state: state, kept: 100, list: list, envelope: Array(text.utf8), timeToLive: 50
      ))
  }

  private func prepared(_ count: Int) async throws -> (Streams, DeliverySource, [Delivery]) {
    let streams = try await Streams()
    let source = try await streams.source()
    try await streams.add(0..<count)
    return (streams, source, try await streams.deliveries(source))
  }

  @Test func `comes once: a second result is dropped, and its entry settled`() async throws {
    let (streams, source, deliveries) = try await prepared(3)
    let statuses = try await streams.commit([
      deliveries[0].settled(end("first")), deliveries[1].settled(end("second", .failed)),
      deliveries[2].settled(.deadLetter(stream: "dlq:role:upper", fields: [.init("a", "b")]), end("third")),
    ])
    #expect(statuses == [.done, .ended, .ended])
    #expect(try await streams.list(Self.list) == ["first"])
    #expect(try await streams.send("GET", Self.request).root.string == "done")
    #expect(
      try await streams.integer("EXISTS", "dlq:role:upper") == 0, "nothing of an outcome that comes too late")
    #expect(try await streams.pending(source).isEmpty)
    #expect(try await streams.integer("XLEN", source.stream) == 0)
  }

  @Test func `is known for its time, and the result for its own`() async throws {
    let (streams, _, deliveries) = try await prepared(1)
    _ = try await streams.commit([deliveries[0].settled(end("first", .failed))])
    #expect(try await streams.send("GET", Self.request).root.string == "failed")
    let times = [
      try await streams.integer("TTL", Self.request) ?? 0, try await streams.integer("TTL", Self.list) ?? 0,
    ]
    #expect((90...100).contains(times[0]) && (40...50).contains(times[1]), "\(times)")
  }

  @Test func `that can't be told has not come: another way may be tried`() async throws {
    let (streams, source, deliveries) = try await prepared(1)
    try await streams.send("SET", "result:text", "a text")
    let refused = try await streams.commit([deliveries[0].settled(end("first", list: "result:text"))])
    guard case .refused(.error(let text)) = refused[0] else {
      Issue.record("\(refused)")
      return
    }
    #expect(text.contains("WRONGTYPE"))
    #expect(try await streams.integer("EXISTS", Self.request) == 0)
    #expect(try await streams.pending(source).count == 1)
    #expect(try await streams.commit([deliveries[0].settled(end("again", .failed))]) == [.done])
    #expect(try await streams.list(Self.list) == ["again"])
  }

  @Test func `by a cancellation is told by whoever has the message next, and by nobody twice`() async throws {
    let (streams, source, deliveries) = try await prepared(3)
    let cancelled = try await Cancellations.cancel("m", streams.client, keys: Keys())
    #expect(cancelled == .cancelling)
    let notice = deliveries[0].settled(end("it was cancelled", .cancelled))
    let late = RefusalLog { notice }
    #expect(
      try await streams.commit([deliveries[0].settled(end("a result"), refused: late)]) == [
        .refused(.cancelled)
      ])
    #expect(try await streams.list(Self.list).isEmpty)
    #expect(try await streams.pending(source).count == 3)
    let committer = await Committer(client: streams.client, logger: silentLogger)
    await committer.commitAll([
      deliveries[0].settled(end("a result"), refused: late),
      deliveries[1].settled(end("cancelled again", .cancelled)), deliveries[2].settled(end("another result")),
    ])
    #expect(try await streams.list(Self.list).count == 1)
    #expect(try await streams.send("GET", Self.request).root.string == "cancelled")
    #expect(try await streams.pending(source).isEmpty)
    #expect((86_000...86_400).contains(try await streams.integer("TTL", Self.request) ?? 0))
  }

  @Test func `leaves nothing to cancel`() async throws {
    let (streams, _, deliveries) = try await prepared(1)
    _ = try await streams.commit([deliveries[0].settled(end("first"))])
    let state = try await Cancellations.cancel("m", streams.client, keys: Keys())
    #expect(state == .done)
    #expect(try await streams.integer("EXISTS", "agenthost:cancelled") == 0)
  }

  @Test func `is undone with the rest when a later write is refused`() async throws {
    let (streams, _, deliveries) = try await prepared(1)
    let statuses = try await streams.commit([
      deliveries[0].settled(end("first"), .forward("x", to: "stream:role:nobody"))
    ])
    #expect(statuses == [.refused(.noSuchStream)])
    #expect(try await streams.integer("EXISTS", Self.request) == 0)
    #expect(try await streams.integer("EXISTS", Self.list) == 0)
  }
}
