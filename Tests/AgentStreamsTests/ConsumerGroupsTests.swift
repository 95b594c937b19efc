import NIOCore
import RedisClient
import RedisTestServer
import Testing

@testable import AgentStreams

@Suite struct ConsumerGroupsTests {
  private static let agent = ConsumerName(agentID: "h:1:1", incarnation: Streams.life)
  @Test func `A consumer that holds something stays, and one that holds nothing goes`() async throws {
    let streams = try await Streams()
    let source = try await streams.source()
    let ids = try await streams.add(0..<1)
    try await streams.read(source)
    try await ConsumerGroups.leave(source, consumer: source.consumer, client: streams.client)
    #expect(try await streams.consumers(source) == [source.consumer])
    #expect(try await streams.pending(source).map(\.id) == ids)
    try await streams.send("XACK", source.stream, source.group, ids[0])
    try await ConsumerGroups.leave(source, consumer: source.consumer, client: streams.client)
    #expect(try await streams.consumers(source).isEmpty)
  }

  @Test func `A group or a stream that is gone needs no leaving`() async throws {
    let streams = try await Streams()
    let source = try await streams.source()
    try await streams.send("XGROUP", "DESTROY", source.stream, source.group)
    try await ConsumerGroups.leave(source, consumer: source.consumer, client: streams.client)
    try await streams.send("DEL", source.stream)
    try await ConsumerGroups.leave(source, consumer: source.consumer, client: streams.client)
    #expect(try await streams.integer("EXISTS", source.stream) == 0)
  }

  @Test func `What an agent's stream still holds becomes work for its role, with all its fields`()
    async throws
  {
    let streams = try await Streams()
    let role = try await streams.source()
    let own = try await streams.source(
      stream: "stream:agent:h:1:1", group: "cg:agent:h:1:1",
      consumer: Self.agent.description)
    try await streams.add(0..<1, to: role.stream)
    try await streams.send("XADD", own.stream, "*", "envelope", "1", "more", "x")
    try await streams.add(2..<4, to: own.stream)
    try await streams.read(own, count: 1)
    try await ConsumerGroups.retireAgentStream(
      of: Self.agent, role: "upper", keys: Keys(), client: streams.client)
    #expect(try await streams.integer("EXISTS", own.stream) == 0)
    #expect(try await streams.envelopes(of: role.stream) == ["0", "1", "2", "3"])
    let entries = try await streams.read(role)
    #expect(entries.count == 4)
    #expect(entries[1].fields.map { "\($0.name)=\(String(buffer: $0.value))" } == ["envelope=1", "more=x"])
  }

  @Test func `An agent's stream that is empty or gone is retired without a trace`() async throws {
    let streams = try await Streams()
    let own = try await streams.source(
      stream: "stream:agent:h:1:1", group: "cg:agent:h:1:1",
      consumer: Self.agent.description)
    for _ in 0..<2 {
      try await ConsumerGroups.retireAgentStream(
        of: Self.agent, role: "upper", keys: Keys(), client: streams.client)
    }
    #expect(try await streams.integer("EXISTS", own.stream) == 0)
    #expect(try await streams.integer("EXISTS", "stream:role:upper") == 0)
  }

  @Test func `What an agent has finished does not become work again`() async throws {
    let streams = try await Streams()
    try await streams.send("XGROUP", "CREATE", "stream:agent:h:1:1", "audit", "0", "MKSTREAM")
    let own = try await streams.source(
      stream: "stream:agent:h:1:1", group: "cg:agent:h:1:1",
      consumer: Self.agent.description)
    try await streams.add(0..<2, to: own.stream)
    let done = try await streams.deliveries(own, count: 1)
    // Another group reads the stream, so the entry stays there after it was acknowledged.
    #expect(try await streams.commit(done.map { $0.settled() }) == [.done])
    try await ConsumerGroups.retireAgentStream(
      of: Self.agent, role: "upper", keys: Keys(), client: streams.client)
    #expect(try await streams.envelopes(of: "stream:role:upper") == ["1"])
  }

  @Test func `A stream that another group keeps is retired once, and stays that group's`() async throws {
    let streams = try await Streams()
    try await streams.send("XGROUP", "CREATE", "stream:agent:h:1:1", "audit", "0", "MKSTREAM")
    let own = try await streams.source(
      stream: "stream:agent:h:1:1", group: "cg:agent:h:1:1",
      consumer: Self.agent.description)
    try await streams.add(0..<2, to: own.stream)
    let done = try await streams.deliveries(own, count: 1)
    #expect(try await streams.commit(done.map { $0.settled() }) == [.done])
    // An agent is missed on each of its role's streams.
    for _ in 0..<4 {
      try await ConsumerGroups.retireAgentStream(
        of: Self.agent, role: "upper", keys: Keys(), client: streams.client)
    }
    #expect(try await streams.envelopes(of: "stream:role:upper") == ["1"])
    #expect(try await streams.envelopes(of: own.stream) == ["0", "1"])
  }

  @Test func `At the server's memory limit an agent can be made, and one that is gone is retired`()
    async throws
  {
    let streams = try await Streams()
    let own = try await streams.source(
      stream: "stream:agent:h:1:1", group: "cg:agent:h:1:1", consumer: Self.agent.description)
    try await streams.add(0..<1, to: own.stream)
    let slots = Slots(capacity: 1)
    let lanes = RoleLanes(keys: Keys(), role: "upper", consumer: Streams.consumer, slots: slots)
    let next = DeliverySource(
      stream: "stream:agent:h:2:1", group: "cg:agent:h:2:1", consumer: Streams.consumer, role: "upper",
      slots: slots)
    // What fills the server is drained by whoever comes now, or by nobody.
    try await streams.send("CONFIG", "SET", "maxmemory", "1")
    try await StreamGroups.join(lanes, own: next, send: streams.client.send)
    #expect(try await streams.consumers(next) == [Streams.consumer])
    // A reader that connects again makes sure of groups that are there.
    try await StreamGroups.join(lanes, own: next, send: streams.client.send)
    try await ConsumerGroups.retireAgentStream(
      of: Self.agent, role: "upper", keys: Keys(), client: streams.client)
    #expect(try await streams.envelopes(of: "stream:role:upper") == ["0"])
  }

  @Test func `What the dead held becomes work for the role where their agent id lives again`() async throws {
    let streams = try await Streams()
    let own = try await streams.source(
      stream: "stream:agent:h:1:1", group: "cg:agent:h:1:1", consumer: Self.agent.description)
    let living = ConsumerName(agentID: "h:1:1", incarnation: "00000000000000bb").description
    try await streams.add(0..<4, to: own.stream)
    try await streams.read(own, count: 2)
    try await streams.read(own, as: living, count: 1)
    try await ConsumerGroups.retireAgentStream(
      of: Self.agent, role: "upper", keys: Keys(), client: streams.client)
    #expect(try await streams.envelopes(of: "stream:role:upper") == ["0", "1"])
    #expect(try await streams.envelopes(of: own.stream) == ["2", "3"])
    #expect(try await streams.consumers(own) == [living])
    #expect(try await streams.pending(own).map(\.consumer) == [living])
  }

  @Test func `An agent that never had work of its role is missed all the same`() async throws {
    let streams = try await Streams()
    let slots = Slots(capacity: 1)
    let lanes = RoleLanes(keys: Keys(), role: "upper", consumer: Self.agent.description, slots: slots)
    let own = DeliverySource(
      stream: "stream:agent:h:1:1", group: "cg:agent:h:1:1", consumer: Self.agent.description, role: "upper",
      slots: slots)
    try await StreamGroups.join(lanes, own: own, send: streams.client.send)
    try await streams.add(0..<1, to: own.stream)
    // No patience: whoever is not announced is taken for gone.
    let janitor = await Janitor(
      client: streams.client, keys: Keys(), policy: LeasePolicy(lease: .milliseconds(-1)),
      logger: silentLogger
    ) { [] }
    let others = RoleLanes(keys: Keys(), role: "upper", consumer: Streams.consumer, slots: slots)
    for source in others.sources { await janitor.clear(source) }
    #expect(try await streams.integer("EXISTS", own.stream) == 0)
    #expect(try await streams.envelopes(of: "stream:role:upper") == ["0"])
  }

  @Test func `An entry of thousands of fields is moved as well`() async throws {
    let streams = try await Streams()
    let own = try await streams.source(
      stream: "stream:agent:h:1:1", group: "cg:agent:h:1:1",
      consumer: Self.agent.description)
    var add = RedisCommand("XADD", own.stream, "*")
    for field in 0..<4500 {
      add.append("f\(field)")
      add.append("x")
    }
    _ = try await streams.client.send(add)
    try await ConsumerGroups.retireAgentStream(
      of: Self.agent, role: "upper", keys: Keys(), client: streams.client)
    #expect(try await streams.integer("XLEN", "stream:role:upper") == 1)
  }

  @Test func `A group is made from the stream's beginning, and once`() async throws {
    let streams = try await Streams()
    try await streams.add(0..<2)
    let source = try await streams.source()
    #expect(try await streams.deliveries(source).count == 2)
    let again = try await streams.source()
    #expect(try await streams.deliveries(again).isEmpty)
    #expect(try await streams.pending(again).count == 2)
  }
}
