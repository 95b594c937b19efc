import NIOCore
import RedisClient
import RedisTestServer
import SeededGenerator
import Testing

@testable import AgentStreams

@Suite(.timeLimit(.minutes(4)))
struct StreamWakerTests {
  @IOActor
  private final class Reader: StreamReader {
    private(set) var woken: [String] = []

    nonisolated init() {}

    func wake(_ stream: String) { woken.append(stream) }

    func clear() { woken = [] }
  }

  @Test func `All readers of a stream are woken, and one that leaves leaves the others`() async throws {
    let streams = try await Streams()
    let waker = await StreamWaker(client: streams.client, logger: silentLogger)
    let (first, second) = (Reader(), Reader())
    let run = Task { await waker.run() }
    await waker.watch(["stream:a"], for: first)
    try streams.server.cli("XADD", "stream:a", "*", "a", "1")
    try await RedisTestServer.wait(until: "it waits for what comes after") {
      try streams.server.cli("INFO", "clients").contains("blocked_clients:1")
    }
    await waker.watch(["stream:a"], for: second)
    #expect(await second.woken == ["stream:a"], "it may have come too late for what the first was woken for")
    try await RedisTestServer.wait(until: "the first was woken") { await !first.woken.isEmpty }
    for reader in [first, second] { await reader.clear() }
    try streams.server.cli("XADD", "stream:a", "*", "a", "2")
    for reader in [first, second] {
      try await RedisTestServer.wait(until: "both are woken") { await !reader.woken.isEmpty }
    }
    await waker.forget(["stream:a"], for: first)
    for reader in [first, second] { await reader.clear() }
    try streams.server.cli("XADD", "stream:a", "*", "a", "3")
    try await RedisTestServer.wait(until: "the second is woken") { await !second.woken.isEmpty }
    #expect(await first.woken.isEmpty)
    await waker.quiet()
    await run.value
  }

  @Test func `Who reads a stream that was deleted is told, and nobody is where all are there`() async throws {
    let streams = try await Streams()
    for stream in ["stream:a", "stream:b", "stream:c"] {
      try await streams.send("XGROUP", "CREATE", stream, "g", "0", "MKSTREAM")
    }
    let waker = await StreamWaker(client: streams.client, logger: silentLogger)
    let reader = Reader()
    let run = Task { await waker.run() }
    await waker.watch(["stream:a", "stream:b"], for: reader)
    // Another reader of the same role leaves, as at a reload.
    let (blocked, left) = (Reader(), Reader())
    for reader in [left, blocked] { await waker.blocks(reader, on: "stream:c") }
    await waker.blocksNoMore(left, on: "stream:c")
    let looks = { try streams.server.cli("INFO", "commandstats").contains("cmdstat_exists") }
    try await RedisTestServer.wait(until: "it has looked whether all are there") { try looks() }
    #expect(await Set(reader.woken).count == reader.woken.count, "for each stream once, at the start")
    #expect(await blocked.woken.isEmpty)
    await reader.clear()
    try await streams.send("DEL", "stream:a")
    try await RedisTestServer.wait(until: "the reader is told") { await !reader.woken.isEmpty }
    try await streams.send("XGROUP", "CREATE", "stream:a", "g", "0", "MKSTREAM")
    await blocked.clear()
    try await streams.send("DEL", "stream:c")
    try await RedisTestServer.wait(until: "who blocks on it is told") { await !blocked.woken.isEmpty }
    #expect(await left.woken.isEmpty)
    await waker.quiet()
    await run.value
  }

  /// A wait that nobody ends takes ten minutes.
  @Test(.timeLimit(.minutes(5))) func `It ends at once, whenever it is told to`() async throws {
    let streams = try await Streams()
    var random = SeededGenerator(seed: .random(in: 0...UInt64.max))
    for _ in 0..<40 {
      let waker = await StreamWaker(client: streams.client, longestBlock: .minutes(10), logger: silentLogger)
      let reader = Reader()
      let run = Task { await waker.run() }
      await waker.watch(["stream:a", "stream:b"], for: reader)
      // Any moment of its start: none is waited for.
      try await Task.sleep(for: .microseconds(Int.random(in: 0...4000, using: &random)))
      await waker.quiet()
      await run.value
    }
  }
}
