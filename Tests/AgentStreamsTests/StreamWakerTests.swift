import RedisClient
import RedisTestServer
import SeededGenerator
import Testing

@testable import AgentStreams

@Suite(.timeLimit(.minutes(4)))
struct StreamWakerTests {
  @IOActor
  private final class Reader: StreamReader {
    func wake(_ stream: String) {}
  }

  /// What a wait that nobody ends would take, less a margin.
  private static let waitThatBlocks = Duration.seconds(4)

  @Test func `It ends at once, whenever it is told to`() async throws {
    let streams = try await Streams()
    var random = SeededGenerator(seed: .random(in: 0...UInt64.max))
    for _ in 0..<40 {
      let waker = await StreamWaker(client: streams.client, logger: silentLogger)
      let reader = Reader()
      let run = Task { await waker.run() }
      await waker.watch(["stream:a", "stream:b"], for: reader)
      // Any moment of its start: none is waited for.
      try await Task.sleep(for: .microseconds(Int.random(in: 0...4000, using: &random)))
      let asked = ContinuousClock.now
      await waker.quiet()
      await run.value
      #expect(.now - asked < Self.waitThatBlocks)
    }
  }
}
