import RedisTestServer
import Testing

@Suite(
  "How long an agent may take",
  .running(
    ["TestAgents"], settings: ["AGENTHOST_TASK_TIMEOUT": "0.5", "AGENTHOST_MAX_TASK_TIMEOUT": "0.75"]))
struct TimeoutTests {
  private let system: RunningSystem

  init() throws {
    system = try #require(RunningSystem.current)
  }

  @Test(
    "a slow agent is timed out, and its work cancelled",
    arguments: [
      ("0.25", "0.25"), (#""0.25""#, "0.25"), (#"" 25e-2 ""#, "0.25"), ("", "0.5"), ("1000", "0.75"),
    ])
  func timedOut(asked: String, taken: String) async throws {
    let timeout = asked.isEmpty ? "" : #","__agent_timeout_sec":\#(asked)"#
    let request = WireRequest(payload: #"{"seconds":60\#(timeout)}"#)
    let result = try await system.wire.result(of: request, from: "slow")
    #expect(result.errors == [.init(code: "slow.timeout", message: "Timed out after \(taken)s")])
    #expect(result.trace.count == 1)
    #expect(result.trace[0].error == "Timed out after \(taken)s")
    #expect(result.trace[0].duration >= Double(taken) ?? .infinity)
    #expect(result.processCount == 1)
    try await system.host.waitForLog("slow: cancelled \(request.messageID)")
    try await system.wire.waitUntilIdle("slow")
  }

  @Test("no time at all: timed out before the agent sees it", arguments: ["0", "-1", #""0""#, #""-2.5""#])
  func noTime(asked: String) async throws {
    let request = WireRequest(payload: #"{"seconds":60,"__agent_timeout_sec":\#(asked)}"#)
    let result = try await system.wire.result(of: request, from: "slow")
    #expect(result.errors == [.init(code: "slow.timeout", message: "Timed out after 0.0s")])
    #expect(!system.host.log.contains("slow: begins \(request.messageID)"))
  }

  @Test(
    "what is no time is an error for the caller",
    arguments: [#""soon""#, #""inf""#, #""0x10""#, "true", "null", "[1]", "1e999"])
  func noNumber(asked: String) async throws {
    var request = WireRequest(payload: #"{"seconds":60,"__agent_timeout_sec":\#(asked)}"#)
    request.senderRole = "manager"
    let result = try await system.wire.result(of: request, from: "slow")
    #expect(result.errors.map(\.code) == ["agenthost.invalid_timeout"])
    #expect(result.errors[0].message.hasPrefix("__agent_timeout_sec is "))
    #expect(!system.host.log.contains("slow: begins \(request.messageID)"))
  }

  @Test("an agent that is quick enough is not disturbed")
  func inTime() async throws {
    let request = WireRequest(payload: #"{"seconds":0.01,"__agent_timeout_sec":0.7}"#)
    let result = try await system.wire.result(of: request, from: "slow")
    #expect(result.errors.isEmpty)
    #expect(!system.host.log.contains("slow: cancelled \(request.messageID)"))
  }
}
