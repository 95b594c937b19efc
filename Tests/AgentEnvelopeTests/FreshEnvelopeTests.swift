import RandomJSON
import AgentEnvelope
import Testing
import StrictJSON

@Suite struct FreshEnvelopeTests {
  private func written(_ envelope: FreshEnvelope) -> String {
    String(decoding: envelope.written(), as: UTF8.self)
  }

  @Test func `A client's request has all fields`() throws {
    let request = FreshEnvelope(
      conversationID: "c", messageID: "c:1", targetRole: "manager", senderAgentID: "client:1",
      payload: try agentPayload(#"{"text": "Hello"}"#), createTimestamp: 1.25)
    #expect(
      written(request)
        == #"{"conversation_id":"c","message_id":"c:1","target_role":"manager","target_agent_id":null,"#
        + #""target_list":null,"sender_role":"external","sender_agent_id":"client:1","kind":"task","#
        + #""payload":{"text":"Hello"},"update_ts":1.25,"result_list":"result:c:1","trace":[],"#
        + #""process_count":0,"total_processing_time":0.0,"create_ts":1.25}"#)
    #expect(refusal(of: written(request)) == nil)
  }

  @Test func `A request carries the host's member only when it is given`() throws {
    var request = FreshEnvelope(
      conversationID: "c", messageID: "m", payload: try agentPayload(#"{"__agenthost":{"attempt":-9}}"#),
      createTimestamp: 0)
    #expect(written(request).contains(#""payload":{},"#))
    request.hostMember = .object([.init("deadline", .number(5))])
    #expect(written(request).contains(#""payload":{"__agenthost":{"deadline":5}},"#))
  }

  @Test func `An error result can be made without any id`() {
    let result = FreshEnvelope(
      conversationID: "", messageID: "", senderRole: "agenthost", kind: "result",
      errors: [PayloadError(code: "agenthost.envelope", message: "no message_id")], resultList: "result:x",
      createTimestamp: 0)
    let text = written(result)
    #expect(text.hasPrefix(#"{"conversation_id":"","message_id":"","target_role":null"#))
    #expect(text.contains(#""payload":{"errors":[{"code":"agenthost.envelope","message":"no message_id"}]}"#))
    #expect(text.contains(#""result_list":"result:x""#))
    #expect(ReferenceJSON(Array(text.utf8)) != nil)
  }
}
