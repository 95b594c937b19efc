import Foundation
import Testing

@Suite("The wire, seen from outside", .running(AgentsFolder.demo + ["EchoC", "TestAgents"]))
struct WireTests {
  private let wire: Wire

  init() throws {
    wire = try #require(RunningSystem.current).wire
  }

  @Test("the specification's example of seven fields is served")
  func specificationsExample() async throws {
    try await wire.send(
      """
      {"conversation_id": "conv_123", "message_id": "conv_123:1726339057.123", "target_role": "manager",
       "sender_role": "external", "kind": "task", "payload": {"text": "Hello, world!", "stage": "start"},
       "result_list": "result:conv_123:1726339057.123"}
      """, to: "manager")
    let result = try await wire.result(from: "result:conv_123:1726339057.123")
    #expect(result.payload.text == "!DLROW ,OLLEH")
    #expect(result.conversationID == "conv_123")
    #expect(result.messageID == "conv_123:1726339057.123")
    #expect(result.kind == "result")
    #expect(result.senderRole == "manager")
    #expect(result.targetList == "result:conv_123:1726339057.123")
    #expect(result.targetRole == nil && result.targetAgentID == nil)
    #expect(result.created == 0)
    #expect(result.errors.isEmpty)
    #expect(result.trace.allSatisfy { $0.error == nil && $0.exception == nil && $0.safetyViolation == nil })
    #expect(result.trace.allSatisfy { $0.end >= $0.start && abs($0.end - $0.start - $0.duration) < 1e-3 })
    #expect(abs(result.totalProcessingTime - result.trace.map(\.duration).reduce(0, +)) < 1e-6)
  }

  @Test("all fifteen fields are written in the specification's order, nulls as well, then what others added")
  func fieldsInOrder() async throws {
    var request = WireRequest(payload: #"{"text":"x"}"#)
    request.members = [#""zeta":1.50"#, #""alpha":{"a":[1,2]}"#]
    try await wire.send(request, to: "echo")
    let text = try await wire.text(from: request.resultList)
    let names = [
      "conversation_id", "message_id", "target_role", "target_agent_id", "target_list", "sender_role",
      "sender_agent_id", "kind", "payload", "update_ts", "result_list", "trace", "process_count",
      "total_processing_time", "create_ts", "zeta", "alpha",
    ]
    let positions = names.map { name in text.range(of: "\"\(name)\":")?.lowerBound }
    #expect(positions.allSatisfy { $0 != nil })
    #expect(positions.compactMap(\.self) == positions.compactMap(\.self).sorted())
    #expect(text.contains(#""target_role":"external","target_agent_id":null,"target_list":null,"#))
    let members = try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
    #expect(members.count == names.count)
    #expect(text.hasSuffix(#","zeta":1.50,"alpha":{"a":[1,2]}}"#))
  }

  @Test("what the host keeps in a payload stays digit for digit, and no agent can forge or drop it")
  func hostMemberOfThePayload() async throws {
    let kept = #""__agenthost":{"theirs":1.10,"others":1e3}"#
    let request = WireRequest(payload: #"{"text":"abc",\#(kept),"size":3}"#)
    try await wire.send(request, to: "huge")
    let text = try await wire.text(from: request.resultList)
    #expect(text.contains(#""payload":{"text":"xxx",\#(kept),"size":3}"#))
  }

  @Test("an agent that says nothing of other keys loses none, and numbers keep their digits")
  func payloadIsMerged() async throws {
    let request = WireRequest(
      payload: #"{"n":1.000,"text":"ab","big":123456789012345678901234567890,"e":1E+2}"#)
    try await wire.send(request, to: "uppercase")
    let text = try await wire.text(from: request.resultList)
    #expect(
      text.contains(#""payload":{"n":1.000,"text":"AB","big":123456789012345678901234567890,"e":1E+2}"#))
  }

  @Test("of a key that stands twice the last counts")
  func duplicateKeys() async throws {
    var request = WireRequest(payload: #"{"text":"one","text":"two"}"#)
    request.members = [#""kind":"status""#, #""kind":"task""#]
    let result = try await wire.result(of: request, from: "uppercase")
    #expect(result.payload.text == "TWO")
    #expect(result.errors.isEmpty)
  }

  @Test("escaped surrogates are kept as bytes where no agent touches them, a lone one too")
  func surrogateEscapes() async throws {
    let request = WireRequest(payload: #"{"text":"x","pair":"\ud83d\ude00","lone":"\ud800"}"#)
    try await wire.send(request, to: "echo")
    let text = try await wire.text(from: request.resultList)
    #expect(text.contains(#""pair":"\ud83d\ude00","lone":"\ud800""#))
    let changed = WireRequest(payload: #"{"text":"\ud83d\ude00a"}"#)
    #expect(try await wire.result(of: changed, from: "uppercase").payload.text == "😀A")
  }

  @Test("what a Python writer sends, all in escapes and with spaces, is understood")
  func pythonsSpelling() async throws {
    let request = WireRequest(payload: #"{ "text" : "stra\u00dfe" , "errors" : [] }"#)
    #expect(try await wire.result(of: request, from: "uppercase").payload.text == "STRASSE")
  }

  @Test("the names `ts`, `reply_role` and `reply_list` are read")
  func otherNames() async throws {
    var request = WireRequest(text: "x")
    request.members = [#""ts":12.5"#, #""reply_role":"manager""#, #""reply_list":"any""#]
    let result = try await wire.result(of: request, from: "manager")
    #expect(result.payload.text == "X")
  }
}
