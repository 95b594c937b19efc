import RedisTestServer
import Testing

@Suite("Cancelling requests", .running(["ManagerAgent", "TestAgents"]))
struct CancelTests {
  private let system: RunningSystem
  private var wire: Wire { system.wire }

  init() throws {
    system = try #require(RunningSystem.current)
  }

  private func cancel(_ messageID: String) async throws -> Finished {
    try await Finished.agenthost("cancel", messageID, settings: ["REDIS_URL": system.server.url])
  }

  @Test("an agent at work is told at once, and the caller hears it, once")
  func atWork() async throws {
    let request = WireRequest(payload: #"{"seconds":60}"#)
    try await wire.send(request, to: "slow")
    try await system.host.waitForLog("slow: begins \(request.messageID)")
    let cancelled = try await cancel(request.messageID)
    #expect(cancelled.status == 0 && cancelled.output == "\(request.messageID) will be cancelled\n")
    let result = try await wire.result(from: request.resultList)
    #expect(result.errors.map(\.code) == ["agenthost.cancelled"])
    try await system.host.waitForLog("slow: cancelled \(request.messageID)")
    try await wire.waitUntilIdle("slow")
    #expect(try system.server.cli("GET", "agenthost:request:\(request.messageID)") == "cancelled")
    let again = try await cancel(request.messageID)
    #expect(again.output == "\(request.messageID) was cancelled before\n")
    #expect(try wire.integer("LLEN", request.resultList) == 0)
  }

  @Test("what is queued is dropped at its next step: no agent begins")
  func queued() async throws {
    let settings = ["REDIS_URL": system.server.url]
    #expect(try await Finished.agenthost("role", "pause", "silent", settings: settings).status == 0)
    try await system.host.waitForLog("role silent is paused")
    let request = WireRequest()
    try await wire.send(request, to: "silent")
    #expect(try await cancel(request.messageID).status == 0)
    #expect(try await Finished.agenthost("role", "resume", "silent", settings: settings).status == 0)
    let result = try await wire.result(from: request.resultList)
    #expect(result.errors.map(\.code) == ["agenthost.cancelled"])
    #expect(result.trace.count == 1)
  }

  @Test("what has ended can't be cancelled: exit 1, and how it ended")
  func ended() async throws {
    let request = WireRequest(payload: #"{"seconds":0}"#)
    #expect(try await wire.result(of: request, from: "slow").errors.isEmpty)
    let late = try await cancel(request.messageID)
    #expect(late.status == 1)
    #expect(late.errors == "agenthost: \(request.messageID) had ended: it is done\n")
    let failing = WireRequest()
    #expect(try await wire.result(of: failing, from: "throwing").errors.count == 1)
    #expect(try await cancel(failing.messageID).errors.hasSuffix("had ended: it failed\n"))
  }

  @Test("a message id that could be none: exit 2")
  func noID() async throws {
    #expect(try await cancel("a{b}").status == 2)
    #expect(try await cancel("").status == 2)
  }

  @Test("the same request sent twice is answered once")
  func sentTwice() async throws {
    let request = WireRequest(payload: #"{"seconds":0}"#)
    for _ in 0..<5 { try await wire.send(request, to: "slow") }
    #expect(try await wire.result(from: request.resultList).errors.isEmpty)
    try await wire.waitUntilIdle("slow")
    #expect(try wire.integer("LLEN", request.resultList) == 0)
  }
}
