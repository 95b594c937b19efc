import AgentStreams
import RedisClient
import SeededGenerator
import Testing

@Suite("What is written into keys and ids")
struct NamesTests {
  @Test("every key, letter by letter", arguments: ["", "{ns}:"])
  func keys(prefix: String) {
    let keys = Keys(prefix: prefix)
    #expect(keys.roleStream("upper") == prefix + "stream:role:upper")
    #expect(keys.roleGroup("upper") == "cg:role:upper")
    #expect(keys.agentStream("host:12:3") == prefix + "stream:agent:host:12:3")
    #expect(keys.agentGroup("host:12:3") == "cg:agent:host:12:3")
    #expect(keys.resultList("result:c:1.5") == prefix + "result:c:1.5")
    #expect(keys.deadLetters("upper") == prefix + "dlq:role:upper")
    #expect(keys.broadcastAll == prefix + "broadcast:all")
    #expect(keys.broadcastRole("stat") == prefix + "broadcast:role:stat")
  }

  @Test("a message id is the conversation and seconds with nine decimals")
  func messageID() throws {
    let before = WallClock.now()
    let ids = (0..<1000).map { _ in MessageID.make(conversationID: "c:x") }
    let after = WallClock.now()
    for id in ids {
      #expect(id.wholeMatch(of: /c:x:[0-9]+\.[0-9]{9}/) != nil, "\(id)")
      let seconds = try #require(Double(id.dropFirst(4)))
      #expect((before - 0.001...after + 0.001).contains(seconds))
    }
    #expect(Set(ids.map { $0.suffix(3) }).count > 100, "the last three decimals are random")
  }

  @Test("no two message ids of a process are the same, whoever makes them, and however fast")
  func uniqueMessageIDs() async {
    let ids = await withTaskGroup(of: [String].self) { group in
      for _ in 0..<4 { group.addTask { (0..<20_000).map { _ in MessageID.make(conversationID: "c") } } }
      return await group.reduce(into: Set<String>()) { $0.formUnion($1) }
    }
    #expect(ids.count == 80_000)
  }

  @Test("an id of an entry is read, and anything else is not")
  func streamID() throws {
    let id = try #require(StreamID("1726339057123-7"))
    #expect((id.milliseconds, id.sequence) == (1_726_339_057_123, 7))
    #expect(StreamID("18446744073709551615-18446744073709551615") != nil)
    for text in ["", "-", "1", "1-", "-1", "1-2-3", "a-1", "1-a", "18446744073709551616-0", "-1-0", "1 -0"] {
      #expect(StreamID(text) == nil, "\(text)")
    }
  }

  @Test("entries are ordered by time, then by sequence, whatever their digits", arguments: [UInt64(5), 6])
  func streamIDOrder(seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    let numbers = (0..<300).map { _ in
      (UInt64.random(in: 0...20_000, using: &generator), UInt64.random(in: 0...12, using: &generator))
    }
    let ids = try numbers.map { try #require(StreamID("\($0.0)-\($0.1)")) }
    let sorted = ids.shuffled(using: &generator).sorted()
    #expect(
      sorted.map { [$0.milliseconds, $0.sequence] } == numbers.sorted { $0 < $1 }.map { [$0.0, $0.1] })
    for (left, right) in zip(ids, ids.dropFirst()) {
      #expect((left < right) != (left >= right))
      #expect((left == right) == (!(left < right) && !(right < left)))
    }
  }

  @Test("a consumer's name is the agent's id and the worker's incarnation")
  func consumerName() {
    let name = ConsumerName(agentID: "host:1:2", incarnation: "00000000000000ab")
    #expect(name.description == "host:1:2/00000000000000ab")
    #expect(ConsumerName(name.description) == name)
    for foreign in [
      "a/b/c", "host:1:2/abc", "host:1/00000000000000ab", "host:a:2/00000000000000ab",
      "x:1:2/0000000000000gab",
    ] {
      #expect(ConsumerName(foreign) == nil, "\(foreign) is not agenthost's")
    }
    #expect(ConsumerName("python-consumer-1") == nil)
    #expect(ConsumerName("") == nil)
  }
}
