import RedisTestServer
import Testing

@Suite("Destinations that can't be reached", .running(AgentsFolder.demo + ["TestAgents"]))
struct RefusedDestinationTests {
  private let system: RunningSystem
  private let wire: Wire

  init() throws {
    system = try #require(RunningSystem.current)
    wire = system.wire
  }

  @Test("a role that nobody ever served: the caller hears of it")
  func nobodysRole() async throws {
    var request = WireRequest(text: "x")
    request.senderRole = "nobody-at-all"
    let result = try await wire.result(of: request, from: "uppercase")
    #expect(result.errors.map(\.code) == ["agenthost.no_such_role"])
    #expect(result.payload.text == "x")
    #expect(result.targetList == request.resultList)
    #expect(try wire.integer("EXISTS", "stream:role:nobody-at-all") == 0)
    let step = try #require(result.trace.last)
    #expect((result.trace.count, step.role) == (1, "uppercase"))
    #expect(
      step.duration > 0 && step.duration == result.totalProcessingTime, "the agent's work has been done")
  }

  @Test(
    "a sender that no stream can be named after: the caller gets the reply", arguments: ["a{b}", "a\\u0007b"])
  func unusableSender(role: String) async throws {
    var request = WireRequest(text: "x")
    request.senderRole = role
    let result = try await wire.result(of: request, from: "uppercase")
    #expect(result.payload.text == "X")
    #expect(result.errors.isEmpty)
  }

  @Test("a result list that is no list: a dead letter, and the key stays as it is")
  func resultListOfAnotherType() async throws {
    let request = WireRequest(text: "x")
    try system.server.cli("SET", request.resultList, "mine")
    let id = try await wire.send(request, to: "uppercase")
    let letter = try await wire.deadLetter(of: id, role: "uppercase")
    #expect(letter["reason"]?.hasPrefix("agenthost.destination: ") == true)
    #expect(letter["reason"]?.contains("WRONGTYPE") == true)
    #expect(letter["envelope"] == request.json)
    #expect(try system.server.cli("GET", request.resultList) == "mine")
    try await wire.waitUntilIdle("uppercase")
    #expect(try wire.entries(of: "dlq:role:uppercase").count { $0["entry_id"] == id } == 1)
  }

  @Test("a result beyond the limit of an envelope: an error of the agent, with both sizes")
  func tooLargeAResult() async throws {
    for (size, limit) in [(2_000_000, "more than the limit of 1048576"), (1_048_500, "the limit is 1048576")]
    {
      let result = try await wire.result(of: WireRequest(payload: #"{"size":\#(size)}"#), from: "huge")
      #expect(result.errors.map(\.code) == ["huge.exception"])
      #expect(result.errors[0].message.contains(limit), "\(result.errors[0].message)")
      #expect(result.payload.text == nil)
    }
    let fits = try await wire.result(of: WireRequest(payload: #"{"size":1000000}"#), from: "huge")
    #expect(fits.payload.text?.utf8.count == 1_000_000)
  }

  @Test("a list of an agent's choice that is no result list: an error of the agent, and nothing is sent")
  func listOutsideTheResults() async throws {
    let result = try await wire.result(
      of: WireRequest(payload: #"{"list":"stream:role:victim"}"#), from: "sender")
    #expect(result.errors.map(\.code) == ["sender.exception"])
    #expect(result.errors[0].message.contains("is no list under result:"))
    #expect(try wire.integer("EXISTS", "stream:role:victim") == 0)
  }
}
