import RedisClient
import RedisTestServer
import Testing

@testable import AgentStreams

@Suite("How a role stands")
struct RoleStatusTests {
  @Test func `A stream that becomes something else while it is counted hides no other role`() async throws {
    let streams = try await Streams()
    let (client, keys) = (streams.client, Keys())
    _ = try await client.send(RedisCommand("SET", keys.roleStream("odd"), "no stream"))
    var status = RoleStatus(role: "odd")
    #expect(try await status.held(in: keys.roleStream("odd"), keys.roleGroup("odd"), client) == 0)
    #expect(status.isBroken)
  }

  @Test func `A stream that nobody ever read is whole`() async throws {
    let streams = try await Streams()
    let (client, keys) = (streams.client, Keys())
    _ = try await client.send(RedisCommand("XADD", keys.roleStream("new"), "*", "envelope", "{}"))
    #expect(try await RoleStatus.all(client, keys: keys).map(\.waiting) == [1])
    #expect(try await RoleStatus.all(client, keys: keys).map(\.isBroken) == [false])
  }
}
