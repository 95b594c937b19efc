import RedisClient
import RedisTestServer
import Testing

@testable import AgentStreams

@Suite("A picture of a running system")
struct SnapshotTests {
  @Test func `What waits is known by its age, whoever of it is given out already`() async throws {
    let streams = try await Streams()
    let role = "upper"
    let source = try await streams.source()
    try await streams.send("XADD", source.stream, "5000-1", "envelope", "{}")
    try await streams.send("XADD", source.stream, "7000-1", "envelope", "{}")
    try await streams.send("XADD", Keys().priorityStream(role, .low), "9000-1", "envelope", "{}")
    func status() async throws -> RoleStatus? {
      try await RoleStatus.all(streams.client, keys: Keys()).first { $0.role == role }
    }
    #expect(try await status()?.oldestWaiting == 5)
    try await streams.send(
      "XREADGROUP", "GROUP", source.group, "c", "COUNT", "1", "STREAMS", source.stream, ">")
    #expect(try await status()?.oldestWaiting == 7)
    try await streams.send("XREADGROUP", "GROUP", source.group, "c", "STREAMS", source.stream, ">")
    #expect(try await status()?.oldestWaiting == 9, "no group reads that lane yet")
    #expect(try await status()?.inWork == 2)
  }

  @Test func `A role that has nothing but delayed messages is one`() async throws {
    let streams = try await Streams()
    try await streams.send("ZADD", Keys().delayed("later"), "90000", "x", "70000", "y")
    let roles = try await RoleStatus.all(streams.client, keys: Keys())
    #expect(roles.map(\.role) == ["later"] && roles[0].firstDue == 70 && roles[0].delayed == 2)
    try await streams.send("SET", Keys().delayed("odd"), "no set")
    #expect(
      try await RoleStatus.all(streams.client, keys: Keys()).first { $0.role == "odd" }?.isBroken == true)
  }

  @Test func `A worker's silence is what has passed of its key's life`() async throws {
    let streams = try await Streams()
    let key = Keys().host("00000000000000aa")
    try await streams.send("HSET", key, "host", "box", "pid", "7", "past_generations", "3")
    #expect(try await WorkerStatus.all(streams.client, keys: Keys()).first?.silence == nil)
    try await streams.send("PEXPIRE", key, "5000")
    let worker = try #require(try await WorkerStatus.all(streams.client, keys: Keys()).first)
    #expect((9.9...15).contains(worker.silence ?? 0) && worker.pastGenerations == 3)
  }

  @Test func `Hosts are their workers, and what is wrong with them`() {
    var main = WorkerStatus(incarnation: "a", ["host": "b", "places": "X Y", "deaths": "2", "started": "50"])
    main.silence = 11
    let isolated = WorkerStatus(incarnation: "b", ["host": "b", "place": "X", "started": "40"])
    let other = WorkerStatus(incarnation: "c", ["host": "a"])
    let hosts = HostStatus.all([main, isolated, other])
    #expect(hosts.map(\.name) == ["a", "b"] && hosts[0].troubles.isEmpty)
    #expect(hosts[1].since == 40 && hosts[1].deaths == 2 && hosts[1].placesWithoutWorker == ["Y"])
    #expect(hosts[1].troubles == ["1 not heard of", "no worker at Y"])
  }

  @Test func `Two hosts of one machine are two`() {
    let first = WorkerStatus(incarnation: "a", ["host": "b", "session": "1", "started": "9", "places": "X"])
    let second = WorkerStatus(incarnation: "b", ["host": "b", "session": "2", "started": "8", "place": "X"])
    let hosts = HostStatus.all([first, second])
    #expect(hosts.map(\.since) == [8, 9] && hosts[1].placesWithoutWorker == ["X"])
  }

  @Test func `What was done for a role is of all workers`() {
    var totals = RoleTotals(role: "upper")
    (totals.runs, totals.errors, totals.seconds) = (30, 2, 3)
    let work = RoleTotals.text([totals])
    let all = RoleWork.all(
      ["50", "60"].map { WorkerStatus(incarnation: $0, ["started": $0, "work": work]) })
    #expect(all["upper"]?.rate(at: 80) == 2 && all["upper"]?.rate(at: 50) == nil)
    #expect(all["upper"]?.errors == 4 && all["upper"]?.average == 0.1)
  }

  @Test func `A search ends at its limits, and says so`() async throws {
    let streams = try await Streams()
    for number in 0..<20 { try await streams.send("SET", "k\(number)", "v") }
    let all = try await KeySearch.search("k", names: 100, pages: 10, streams.client)
    #expect(all.isComplete && all.suffixes.count == 20)
    let few = try await KeySearch.search("k", names: 5, pages: 10, streams.client)
    #expect(!few.isComplete && few.suffixes.count == 5)
    let none = try await KeySearch.search("k", names: 5, pages: 0, streams.client)
    #expect(!none.isComplete && none.suffixes.isEmpty)
  }

  @Test func `A reader sees what has come since, and nothing that is gone`() async throws {
    let streams = try await Streams()
    let reader = await SnapshotReader(client: streams.client, keys: Keys())
    let first = try await reader.read()
    #expect(first.roles.isEmpty && first.isComplete && first.time > 1e9)
    #expect(first.server.information["redis_version"]?.isEmpty == false)
    try await streams.send("XADD", Keys().roleStream("new"), "*", "envelope", "{}")
    try await RedisTestServer.wait(until: "the role is seen") {
      try await reader.read().roles.map(\.role) == ["new"]
    }
    try await streams.send("DEL", Keys().roleStream("new"))
    try await RedisTestServer.wait(until: "it is gone") { try await reader.read().roles.isEmpty }
  }
}
