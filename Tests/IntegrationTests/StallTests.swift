import Foundation
import RedisTestServer
import Testing

@Suite("An agent that keeps its threads", .serialized)
struct StallTests {
  @Test("is named with its message, and when it has given the thread back", arguments: [false, true])
  func named(blocks: Bool) async throws {
    let system = try await RunningSystem(
      ["TestAgents"], settings: ["AGENTHOST_STALL_WARNING": "0.3"])
    let request = WireRequest(payload: #"{"seconds":2,"blocks":\#(blocks)}"#)
    try await system.wire.send(request, to: "spin")
    let name = "agent SpinAgent (spin), on message \(request.messageID), has kept thread"
    try await system.host.waitForLog(name)
    try await system.host.waitForLog("back after 2.")
    #expect(try await system.wire.result(from: request.resultList).errors.isEmpty)
    #expect(try await system.host.stop() == 0, "\(system.host.log)")
  }

  @Test("of all that it gets keeps nobody else from work", arguments: [false, true])
  func neighbours(blocks: Bool) async throws {
    let system = try await RunningSystem(
      AgentsFolder.demo + ["TestAgents"], settings: ["AGENTHOST_TASK_TIMEOUT": "60"])
    let load = BackgroundLoad(url: system.server.url)
    let spins = (0..<16).map { _ in WireRequest(payload: #"{"seconds":3,"blocks":\#(blocks)}"#) }
    let counts = try await load.run {
      for request in spins { try await system.wire.send(request, to: "spin") }
      try await system.host.waitForLog("agent SpinAgent", times: 4)
      for _ in 0..<4 { try await load.waitForAnswers() }
    }
    #expect(counts.wrong == [] && counts.unanswered == 0, "\(system.host.log)")
    // It has four threads, and each message takes three seconds of one: what has not begun goes back.
    #expect(try await system.host.stop() == 0, "\(system.host.log)")
  }
}
