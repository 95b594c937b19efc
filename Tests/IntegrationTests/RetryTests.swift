import Foundation
import RedisTestServer
import Testing

@Suite("Messages that wait, and that are tried again", .running(["TestAgents"]))
struct RetryTests {
  private let system: RunningSystem
  private var wire: Wire { system.wire }

  init() throws {
    system = try #require(RunningSystem.current)
  }

  @Test("an agent gets a message again until it is content, and the trace says why")
  func retried() async throws {
    let result = try await wire.result(
      of: WireRequest(payload: #"{"times":3,"seconds":0.02}"#), from: "retry")
    #expect(result.payload.text == "given 3 times")
    #expect(result.errors.isEmpty)
    #expect(result.trace.count == 3 && result.processCount == 3)
    #expect(result.trace.first?.error == "to be tried again in 0.02 s: not yet")
    #expect(result.trace.last?.error == nil)
  }

  @Test("past the allowed deliveries it is a dead letter, and the caller hears of it")
  func givenUp() async throws {
    let request = WireRequest(payload: #"{"times":99,"seconds":0.01}"#)
    let result = try await wire.result(of: request, from: "retry")
    let why = "given to agents 5 times, and to be tried again: not yet"
    #expect(result.errors.map { "\($0.code): \($0.message)" } == ["agenthost.deliveries: \(why)"])
    try await RedisTestServer.wait(until: "its dead letter is there") {
      try wire.entries(of: "dlq:role:retry").contains { $0["reason"] == "agenthost.deliveries: \(why)" }
    }
    let letter = try #require(
      try wire.entries(of: "dlq:role:retry").first { ($0["envelope"] ?? "").contains(request.messageID) })
    #expect(letter["deliveries"] == "5")
  }

  @Test("a message that would wait beyond its deadline ends at once")
  func tooLate() async throws {
    let deadline = Date().timeIntervalSince1970 + 30
    let payload = #"{"times":9,"seconds":3000,"__agenthost":{"deadline":\#(deadline)}}"#
    let result = try await wire.result(of: WireRequest(payload: payload), from: "retry")
    #expect(result.errors.map(\.code) == ["agenthost.deadline"])
  }

  @Test("what an agent sends later comes later, and is not early")
  func sentLater() async throws {
    let start = Date()
    let request = WireRequest(payload: #"{"seconds":1.5}"#)
    #expect(try await wire.result(of: request, from: "later").errors.isEmpty)
    try await RedisTestServer.wait(until: "nothing is delayed any more") {
      try wire.integer("ZCARD", "agenthost:delayed:silent") == 0
    }
    #expect(Date().timeIntervalSince(start) > 1.4)
    try await wire.waitUntilIdle("silent")
  }

  @Test("a deadline that has passed: no agent begins, and the caller hears of it")
  func expired() async throws {
    let result = try await wire.result(
      of: WireRequest(payload: #"{"seconds":0,"__agenthost":{"deadline":1000}}"#), from: "slow")
    #expect(result.errors.map(\.code) == ["agenthost.deadline"])
  }

  @Test("a thousand delayed messages across a restart of the host: none is lost and none is early")
  func delayedAcrossARestart() async throws {
    let server = try await RedisTestServer()
    let agents = try AgentsFolder(["TestAgents"])
    let first = try HostProcess(redis: server.url, agents: agents.path)
    try await first.waitUntilReady()
    let wire = Wire(server: server)
    let script = """
      local now = redis.call('TIME')
      for n = 1, 1000 do
        local due = now[1] * 1000 + math.floor(now[2] / 1000) + 3600000 + n % 500
        redis.call('ZADD', KEYS[1], string.format('%.0f', due), n .. '-0\\nnormal\\n' ..
          '{"conversation_id":"c","message_id":"c:' .. n .. '","payload":{"seconds":0},"result_list":"result:all"}')
      end
      return 1000
      """
    #expect(try server.cli("EVAL", script, "1", "agenthost:delayed:slow") == "1000")
    #expect(try await first.stop() == 0, "\(first.log)")
    let second = try HostProcess(redis: server.url, agents: agents.path, after: first)
    try await second.waitUntilReady()
    #expect(try wire.integer("ZCARD", "agenthost:delayed:slow") == 1000)
    #expect(try wire.integer("LLEN", "result:all") == 0)
    // An hour passes.
    let pass = """
      for _, member in ipairs(redis.call('ZRANGE', KEYS[1], 0, -1)) do
        redis.call('ZINCRBY', KEYS[1], -3600000, member)
      end
      """
    try server.cli("EVAL", pass, "1", "agenthost:delayed:slow")
    try await RedisTestServer.wait(until: "all have been answered") {
      try wire.integer("LLEN", "result:all") == 1000
    }
    #expect(try await second.stop() == 0, "\(second.log)")
  }
}
