import Foundation
import RedisTestServer
import Testing

@Suite("Where messages go", .running(AgentsFolder.demo + ["EchoC", "TestAgents"]))
struct RoutingTests {
  private let system: RunningSystem
  private let wire: Wire

  init() throws {
    system = try #require(RunningSystem.current)
    wire = system.wire
  }

  @Test("a reply to `external` goes to the result list")
  func replyToOutside() async throws {
    let result = try await wire.result(of: WireRequest(), from: "echo")
    #expect(result.senderRole == "echo")
    #expect(result.kind == "result")
    #expect(result.processCount == 1)
  }

  @Test("a reply to a role goes to its stream, as a result")
  func replyToARole() async throws {
    try system.server.cli("XGROUP", "CREATE", "stream:role:caller", "cg:role:caller", "0", "MKSTREAM")
    var request = WireRequest()
    request.senderRole = "caller"
    try await wire.send(request, to: "echo")
    var entries: [StreamEntry] = []
    try await RedisTestServer.wait(until: "the reply is in the caller's stream") {
      entries = try wire.entries(of: "stream:role:caller")
      return !entries.isEmpty
    }
    #expect(entries.count == 1 && entries[0].fields.count == 1)
    let reply = try WireEnvelope(json: try #require(entries[0]["envelope"]))
    #expect(reply.targetRole == "caller" && reply.targetList == nil && reply.targetAgentID == nil)
    #expect(reply.kind == "result" && reply.messageID == request.messageID)
    #expect(try wire.integer("EXISTS", request.resultList) == 0)
  }

  @Test("an agent's own stream reaches that agent")
  func directToAnAgent() async throws {
    let agentID = try await wire.result(of: WireRequest(), from: "echo").senderAgentID
    #expect(try wire.integer("EXISTS", "stream:agent:\(agentID)") == 1)
    let request = WireRequest(payload: #"{"text":"direct"}"#)
    try await wire.add(Data(request.json.utf8), to: "stream:agent:\(agentID)")
    let result = try await wire.result(from: request.resultList)
    #expect(result.payload.text == "direct" && result.senderAgentID == agentID)
    try await RedisTestServer.wait(until: "the agent's stream is empty") {
      try wire.integer("XLEN", "stream:agent:\(agentID)") == 0
    }
  }

  @Test("agents are named after host, worker process and number")
  func agentIDs() async throws {
    let agentID = try await wire.result(of: WireRequest(), from: "echo").senderAgentID
    let parts = agentID.split(separator: ":")
    #expect(parts.count == 3)
    #expect(Int32(parts[1]) == (try system.host.workerProcessIdentifier()))
    #expect(Int(parts[2]).map { $0 >= 1 } == true)
  }

  @Test("a request's own list is kept for a day, a list that the sender has named for ever")
  func timeToLive() async throws {
    let own = WireRequest()
    try await wire.send(own, to: "echo")
    let named = WireRequest()
    let list = "result:named-\(named.messageID)"
    try await wire.send(named.json.replacingOccurrences(of: named.resultList, with: list), to: "echo")
    try await RedisTestServer.wait(until: "both results are there") {
      try wire.integer("EXISTS", own.resultList, list) == 2
    }
    let seconds = try wire.integer("TTL", own.resultList)
    #expect((86_000...86_400).contains(seconds))
    #expect(try wire.integer("TTL", list) == -1)
  }

  @Test("new messages have ids of their own, and the rest of the one they come from")
  func sentMessages() async throws {
    let list = "result:sent-\(UInt64.random(in: .min ... .max))"
    var request = WireRequest(payload: #"{"list":"\#(list)"}"#, conversationID: "sender")
    request.members = [#""create_ts":4102444800.5"#]
    let finished = try await wire.result(of: request, from: "sender")
    #expect(finished.messageID == request.messageID)
    let toList = try await wire.result(from: list)
    #expect(toList.payload.text == "to a list")
    #expect(toList.kind == "result")
    #expect(toList.conversationID == "sender" && toList.messageID.hasPrefix("sender:"))
    #expect(toList.messageID != request.messageID)
    #expect(toList.created == 4_102_444_800.5)
    var keys: [String] = []
    try await RedisTestServer.wait(until: "the message to the role is finished") {
      keys = try system.server.cli("KEYS", "result:sender:*").split(separator: "\n").map(String.init)
      return !keys.isEmpty
    }
    #expect(keys.count == 1)
    let toRole = try await wire.result(from: try #require(keys.first))
    #expect(toRole.payload.text == "to a role")
    #expect("result:\(toRole.messageID)" == keys.first)
    #expect(toRole.trace.map(\.role) == ["sender"])
  }

  @Test("an agent that ends a message without a word leaves nothing behind")
  func silence() async throws {
    let request = WireRequest()
    try await wire.send(request, to: "silent")
    try await wire.waitUntilIdle("silent")
    #expect(try wire.integer("EXISTS", request.resultList) == 0)
    #expect(try wire.integer("EXISTS", "dlq:role:silent") == 0)
  }

  @Test("an agent's error goes back the way of a reply, and stands in the trace")
  func agentsError() async throws {
    let result = try await wire.result(of: WireRequest(), from: "throwing")
    #expect(result.kind == "result")
    #expect(result.errors.map(\.code) == ["throwing.exception"])
    #expect(result.errors[0].message.contains("this agent works on nothing"))
    #expect(result.trace.count == 1)
    #expect(result.trace[0].error == result.errors[0].message)
    #expect(result.trace[0].exception == result.errors[0].message)
    #expect(result.trace[0].safetyViolation == nil)
  }

  @Test("the manager refuses a stage it does not know, in the specification's words")
  func unknownStage() async throws {
    let request = WireRequest(payload: #"{"text":"x","stage":"later"}"#)
    let result = try await wire.result(of: request, from: "manager")
    #expect(
      result.errors == [.init(code: "manager.stage", message: "Unknown stage 'later' for kind 'task'")])
  }
}
