import RandomJSON
import AgentEnvelope
import Foundation
import Testing

@Suite struct EnvelopeRewriteTests {
  @Test func `All fifteen fields are written, in the specification's order, nulls too`() throws {
    let message = try Message(fields: #""process_count":4"#, payload: #"{ "text" : "x" }"#)
    #expect(
      message.rewritten(.hop())
        == #"{"conversation_id":"c","message_id":"m","target_role":null,"target_agent_id":null,"#
        + #""target_list":null,"#
        + #""sender_role":"upper","sender_agent_id":"host:1:2","kind":"result","payload":{ "text" : "x" },"#
        + #""update_ts":2.5,"result_list":"result:m","trace":[],"process_count":1,"#
        + #""total_processing_time":0.5,"#
        + #""create_ts":0.0}"#)
  }

  @Test func `What a hop does not change is copied byte for byte`() throws {
    let message = try Message(
      #"{"conversation_id":"\u0063é","message_id":"\u006d","payload":{"n":1.000},"#
        + #""result_list":"result:\u0061","create_ts":1726339057.12345678901}"#)
    let text = message.rewritten(.hop(targetRole: "manager"))
    #expect(text.contains(#""conversation_id":"\u0063é","message_id":"\u006d","target_role":"manager""#))
    #expect(text.contains(#""payload":{"n":1.000},"#))
    #expect(text.contains(#""result_list":"result:\u0061","#))
    #expect(text.hasSuffix(#""create_ts":1726339057.12345678901}"#))
  }

  @Test
  func `Unknown fields are kept digit for digit behind the fifteen, the last value at the first position`()
    throws
  {
    let message = try Message(fields: #""x":1.50,"create_ts":1,"y" : [1, 2],"\u0078":2.500"#)
    #expect(message.rewritten(.hop()).hasSuffix(#""create_ts":1,"\u0078":2.500,"y":[1, 2]}"#))
  }

  @Test func `ts, reply_role and reply_list are not written again`() throws {
    let text = try Message(fields: #""ts":1,"reply_role":"a","reply_list":"b""#).rewritten(.hop())
    #expect(!text.contains("\"ts\"") && !text.contains("reply_"))
  }

  @Test(arguments: [("null", "["), ("[]", "["), ("[ \n]", "[ \n"), ("[{\"old\":1}]", "[{\"old\":1},")])
  func `The trace gets its entry at the end`(trace: String, before: String) throws {
    let entry = TraceEntry(
      startTimestamp: 1.5, role: "upper", agentID: "h:1:2", endTimestamp: 2, duration: 0.5)
    let text = try Message(fields: "\"trace\":\(trace)").rewritten(.hop(trace: entry))
    #expect(
      text.contains(
        "\"trace\":" + before
          + #"{"start_ts":1.5,"role":"upper","agent_id":"h:1:2","end_ts":2.0,"duration":0.5,"error":null}],"#)
    )
  }

  @Test func `A failed step has its text under both names, and a violation only then`() throws {
    var entry = TraceEntry(
      startTimestamp: 1, role: "r", agentID: "a", endTimestamp: 1, duration: 0, error: "no \"good\"\n")
    let failed = try Message().rewritten(.hop(trace: entry))
    #expect(failed.contains(#""error":"no \"good\"\u000a","exception":"no \"good\"\u000a"}]"#))
    entry.safetyViolation = true
    let text = try Message().rewritten(.hop(trace: entry))
    #expect(text.contains(#""exception":"no \"good\"\u000a","safety_violation":true}]"#))
    #expect(try Message(text).read { $0.traceEntries(in: $1) } == [entry])
  }

  @Test func `A trace of another writer is read by either name of the error`() throws {
    let message = try Message(fields: #""trace":[{"role":"a","exception":"boom"},{"error":"bang"},7]"#)
    #expect(message.read { $0.traceEntries(in: $1) }.map(\.error) == ["boom", "bang", nil])
  }

  @Test func `A new message has its own identity and begins its trace`() throws {
    let message = try Message(fields: #""trace":[{"role":"a"}],"create_ts":5,"result_list":"result:old""#)
    var new = NewMessage(messageID: "n", resultList: "result:new", createTimestamp: 9.5)
    let text = message.rewritten(.hop(newMessage: new))
    #expect(text.hasPrefix(#"{"conversation_id":"c","message_id":"n","#))
    #expect(text.contains(#""result_list":"result:new","trace":[],"#))
    #expect(text.hasSuffix(#""create_ts":9.5}"#))
    new.keepsTrace = true
    new.conversationID = "other"
    let kept = message.rewritten(.hop(newMessage: new))
    #expect(kept.hasPrefix(#"{"conversation_id":"other","message_id":"n","#))
    #expect(kept.contains(#""trace":[{"role":"a"}],"#))
  }

  @Test func `Texts are escaped so that a strict reader gets them back`() throws {
    let scalars = (0..<0x120).compactMap(Unicode.Scalar.init) + ["\u{2028}", "\u{FFFF}", "😀"]
    let text = String(String.UnicodeScalarView(scalars)) + "\"\\/"
    let written = try Message().rewritten(.hop(targetRole: text))
    #expect(ReferenceJSON(Array(written.utf8))?.value["target_role"] == .text(text))
    #expect(try Message(written).read { $0.targetRole(in: $1) } == text)
  }

  @Test func `A chain of hops parses with an independent reader and loses nothing`() throws {
    var text = Message.text(payload: #"{"text":"hällo","stage":"start"}"#)
    for step in 1...5 {
      let reply = try agentPayload(#"{"stage":"s\#(step)","step\#(step)":\#(step)}"#)
      let entry = TraceEntry(
        startTimestamp: 1, role: "r\(step)", agentID: "a", endTimestamp: 2, duration: 1)
      text = try Message(text).rewritten(.hop(payload: .merge(reply), trace: entry))
    }
    let object = try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
    let payload = try #require(object["payload"] as? [String: Any])
    #expect(payload["text"] as? String == "hällo")
    #expect(payload["stage"] as? String == "s5")
    for step in 1...5 { #expect(payload["step\(step)"] as? Int == step) }
    #expect(
      (object["trace"] as? [[String: Any]])?.compactMap { $0["role"] as? String } == [
        "r1", "r2", "r3", "r4", "r5",
      ])
    #expect(object.count == 15)
  }
}
