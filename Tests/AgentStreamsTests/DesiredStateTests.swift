import RedisClient
import RedisTestServer
import Testing

@testable import AgentStreams

@Suite("What operators want of all hosts")
struct DesiredStateTests {
  @Test func `Nothing was ever said: nothing is paused`() async throws {
    let streams = try await Streams()
    #expect(try await DesiredState.read(streams.client, keys: Keys()) == DesiredState())
  }

  @Test func `Every change has a version, and tells hosts to look`() async throws {
    let streams = try await Streams()
    let keys = Keys(prefix: "{ns}:")
    let listener = try await streams.client.openDedicated(name: "listener")
    let heard = Heard()
    await heard.listen(on: listener, to: keys.broadcastAll)
    try await RedisTestServer.wait(until: "somebody listens") { await heard.isSubscribed }
    var versions: [Int] = []
    for change in [
      DesiredChange.pause(role: "a"), .pause(role: "b:c"), .resume(role: "a"), .reload, .reload,
      .replaceWorkers, .scale(role: "a", instances: 3), .scale(role: "b:c", instances: 2),
      .scale(role: "a", instances: nil),
    ] {
      versions.append(try await change.make(streams.client, keys: keys).version)
    }
    let state = try await DesiredState.read(streams.client, keys: keys)
    #expect(state.pausedRoles == ["b:c"])
    #expect(state.reloads == versions[4])
    #expect(state.replacements == versions[5])
    #expect(state.instances == ["b:c": 2])
    #expect(state.version == versions.last && versions == Set(versions).sorted())
    try await RedisTestServer.wait(until: "all changes were told") { await heard.messages.count == 9 }
    await listener.close()
  }

  @Test func `What is known of a quarantine is amended while there is one, and brings none back`()
    async throws
  {
    let streams = try await Streams()
    var quarantine = Quarantine(file: "a.so", reason: "ill", since: 1.5)
    _ = try await DesiredChange.quarantine(hash: "abc", quarantine).make(streams.client, keys: Keys())
    quarantine.roles = ["a", "b:c"]
    _ = try await DesiredChange.amend(hash: "abc", quarantine).make(streams.client, keys: Keys())
    let amended = try await DesiredState.read(streams.client, keys: Keys())
    #expect(amended.quarantined == ["abc": quarantine])
    _ = try await DesiredChange.lift(hash: "abc").make(streams.client, keys: Keys())
    _ = try await DesiredChange.amend(hash: "abc", quarantine).make(streams.client, keys: Keys())
    let lifted = try await DesiredState.read(streams.client, keys: Keys())
    #expect(lifted.quarantined.isEmpty && lifted.version > amended.version)
  }

  @Test func `What is asked for after a server has lost everything is not taken for what was asked before`()
    async throws
  {
    let streams = try await Streams()
    for change in [DesiredChange.reload, .reloadOne(name: "a"), .replaceWorkers] {
      _ = try await change.make(streams.client, keys: Keys())
      let before = try await DesiredState.read(streams.client, keys: Keys())
      try await streams.send("FLUSHALL")
      let made = try await change.make(streams.client, keys: Keys())
      let after = try await DesiredState.read(streams.client, keys: Keys())
      #expect(made.version > before.version && after.version == made.version)
      #expect(
        after.reloads != before.reloads || after.namedReloads != before.namedReloads
          || after.replacements != before.replacements)
      try await streams.send("FLUSHALL")
    }
  }

  @Test func `A change that fails has changed nothing`() async throws {
    let streams = try await Streams()
    try await streams.send("HSET", "agenthost:desired", "version", "none")
    await #expect(throws: RedisError.self) {
      try await DesiredChange.pause(role: "a").make(streams.client, keys: Keys())
    }
    #expect(try await streams.integer("HLEN", "agenthost:desired") == 1)
    try await streams.send("SET", "agenthost:cancelled", "no set")
    await #expect(throws: RedisError.self) {
      try await Cancellations.cancel("m1", streams.client, keys: Keys())
    }
    #expect(try await streams.integer("EXISTS", "agenthost:request:m1") == 0)
  }

  @Test func `Cancelled requests are known to every host that looks, and those that are new are named`()
    async throws
  {
    let streams = try await Streams()
    let known = Cancellations()
    #expect(try await known.refresh(streams.client, keys: Keys()).isEmpty)
    for id in ["m1", "m2"] {
      _ = try await Cancellations.cancel(id, streams.client, keys: Keys())
    }
    #expect(try await known.refresh(streams.client, keys: Keys()) == ["m1", "m2"])
    _ = try await Cancellations.cancel("m3", streams.client, keys: Keys())
    #expect(try await known.refresh(streams.client, keys: Keys()) == ["m3"])
    #expect(await known.contains("m1"))
    #expect(await !known.contains("m4"))
  }
}

/// What is published on a channel.
@IOActor
private final class Heard {
  private(set) var messages: [String] = []
  private(set) var isSubscribed = false

  nonisolated init() {}

  func listen(on connection: RedisConnection, to channel: String) {
    connection.subscribe(
      to: channel, andAllBeginningWith: "unused:", subscribed: { self.isSubscribed = true },
      receive: { _, message in self.messages.append(message) })
  }
}
