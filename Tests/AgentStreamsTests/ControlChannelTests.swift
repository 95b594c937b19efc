import RedisClient
import RedisTestServer
import Testing

@testable import AgentStreams

@Suite(.timeLimit(.minutes(4)))
struct ControlChannelTests {
  @IOActor
  private final class Heard {
    var messages: [String] = []
    var firstAttempts = 0

    nonisolated init() {}
  }

  private func listening(
    to streams: Streams, prefix: String = "", _ body: (Heard) async throws -> Void
  ) async throws {
    let heard = Heard()
    let channel = await ControlChannel(
      client: streams.client, keys: Keys(prefix: prefix), logger: silentLogger,
      firstAttempt: { heard.firstAttempts += 1 }
    ) { addressee, message in
      let name = if case .role(let role) = addressee { role } else { "-" }
      heard.messages.append("\(name): \(message)")
    }
    let run = Task { await channel.run() }
    let result: Result<Void, any Error>
    do {
      result = .success(try await body(heard))
    } catch {
      result = .failure(error)
    }
    await channel.quiet()
    await run.value
    try result.get()
  }

  /// Publishes until somebody hears it: a subscription is not there at once.
  private func publish(_ streams: Streams, _ channel: String, _ message: String) async throws {
    try await RedisTestServer.wait(until: "somebody hears \(channel)") {
      try await streams.send("PUBLISH", channel, message).root.integer == 1
    }
  }

  private func waitForCount(_ count: Int, _ heard: Heard) async throws {
    try await RedisTestServer.wait(until: "\(count) messages are heard") {
      await heard.messages.count >= count
    }
  }

  @Test func `Commands to all and to a role are heard, with whom they are for`() async throws {
    let streams = try await Streams()
    try await listening(to: streams) { heard in
      try await publish(streams, "broadcast:role:upper", "one")
      try await publish(streams, "broadcast:all", "two")
      try await streams.send("PUBLISH", "broadcast:other", "none")
      try await publish(streams, "broadcast:role:", "three")
      try await waitForCount(3, heard)
      #expect(await heard.messages == ["upper: one", "-: two", ": three"])
    }
  }

  @Test func `A prefix is taken literally`() async throws {
    let streams = try await Streams()
    try await listening(to: streams, prefix: "{n*s}[a]:") { heard in
      try await publish(streams, "{n*s}[a]:broadcast:role:upper", "one")
      #expect(try await streams.send("PUBLISH", "{nxs}a:broadcast:role:upper", "none").root.integer == 0)
      try await waitForCount(1, heard)
      #expect(await heard.messages == ["upper: one"])
    }
  }

  @Test func `A connection that is killed is made again`() async throws {
    let streams = try await Streams()
    try await listening(to: streams) { heard in
      try await publish(streams, "broadcast:all", "one")
      try streams.server.cli("CLIENT", "KILL", "TYPE", "pubsub")
      try await publish(streams, "broadcast:all", "two")
      try await waitForCount(2, heard)
      #expect(await heard.messages == ["-: one", "-: two"])
    }
  }

  @Test func `Once it listens, or once it cannot, it says so, one time`() async throws {
    let streams = try await Streams()
    try await listening(to: streams) { heard in
      try await RedisTestServer.wait(until: "it listens") { await heard.firstAttempts == 1 }
      #expect(try await streams.send("PUBLISH", "broadcast:all", "one").root.integer == 1)
      #expect(try await streams.send("PUBLISH", "broadcast:role:upper", "two").root.integer == 1)
      try streams.server.cli("CLIENT", "KILL", "TYPE", "pubsub")
      try await publish(streams, "broadcast:all", "three")
      try await waitForCount(3, heard)
      #expect(await heard.firstAttempts == 1)
    }
    streams.server.stop()
    try await listening(to: streams) { heard in
      try await RedisTestServer.wait(until: "it has tried") { await heard.firstAttempts == 1 }
    }
  }
}
