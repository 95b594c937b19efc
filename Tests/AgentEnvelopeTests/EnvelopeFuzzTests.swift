import RandomJSON
import AgentEnvelope
import Testing
import StrictJSON

@Suite struct EnvelopeFuzzTests {
  private static let seeds = [
    #"{"conversation_id":"c","message_id":"m","payload":{"text":"x","errors":[{"code":"a"}]},"#
      + #""trace":[{"role":"r"}]}"#,
    #"{"conversation_id":"c\u0041","message_id":"é","target_role":null,"sender_role":"q","kind":"task","#
      + #""payload":"#
      + #"{"a":[1,2.5e3],"__agenthost":{"attempt":1},"__agent_timeout_sec":"3"},"update_ts":1.5,"#
      + #""result_list":"result:x","process_count":3,"create_ts":1726339057.123,"more":true}"#,
    #"{"conversation_id":"c","message_id":"m","target_role":"r","target_agent_id":null,"target_list":null,"#
      + #""sender_role":"q","sender_agent_id":"h:1:2","kind":"task","payload":{"text":"x","errors":[]},"#
      + #""update_ts":1726339057.123456,"result_list":"result:x","trace":[{"start_ts":1726339057.123456,"#
      + #""role":"r","agent_id":"h:1:2","end_ts":1726339057.5,"duration":0.5,"error":null}],"#
      + #""process_count":1,"total_processing_time":0.5,"create_ts":1726339057.123456}"#,
    #"{"message_id":"m","conversation_id":"c","ts":1,"reply_role":"x","reply_list":"y","payload":{"#
      + #""a":1,"a":2,"\u0061":3}}"#,
  ]

  @Test(arguments: [UInt64(11), 12])
  func `A damaged envelope never crashes: it is refused, or all its spans hold and a hop succeeds`(
    seed: UInt64
  ) throws {
    var random = RandomJSON(seed: seed)
    let seeds = Self.seeds.map { Array($0.utf8) }
    let reply = try agentPayload(#"{"text":"reply","errors":{"a":1},"__agenthost":0}"#)
    let entry = TraceEntry(startTimestamp: 1, role: "r", agentID: "a", endTimestamp: 2, duration: 1)
    let rewrite = EnvelopeRewrite.hop(
      payload: .merge(reply), errors: [PayloadError(code: "c", message: "m")], trace: entry)
    var accepted = 0
    for round in 0..<50_000 {
      let bytes = random.damaged(seeds[round % seeds.count])
      guard let message = try? Message(bytes) else { continue }
      accepted += 1
      guard holdsTogether(message, after: rewrite, checkingReference: accepted % 8 == 0) else {
        Issue.record("seed \(seed), round \(round): \(String(decoding: bytes, as: UTF8.self))")
        return
      }
    }
    #expect((2_000..<40_000).contains(accepted))
  }

  private func holdsTogether(
    _ message: Message, after rewrite: EnvelopeRewrite, checkingReference: Bool
  ) -> Bool {
    let isInBounds = message.read { envelope, bytes in
      let members = envelope.payloadMembers.map(\.value) + envelope.payloadMembers.map(\.key.content)
      _ = envelope.agentTimeout(in: bytes)
      return EnvelopeField.allCases.map(envelope.span).allSatisfy { $0.end <= bytes.count }
        && members.allSatisfy { $0.end <= Int(envelope.span(.payload).count) }
        && envelope.resultList(in: bytes).hasPrefix("result:")
    }
    guard isInBounds, let next = try? Message(message.rewritten(rewrite)) else { return false }
    let hostMembers = [message, next].map { message in
      message.read { envelope, bytes in
        envelope.payloadValue(PayloadKey.host, in: bytes).map { Array($0.bytes(in: bytes)) }
      }
    }
    guard hostMembers[0] == hostMembers[1] else { return false }
    return !checkingReference || (ReferenceJSON(message.bytes) != nil && ReferenceJSON(next.bytes) != nil)
  }

  @Test func `A refused envelope hands on only what is allowed`() {
    var random = RandomJSON(seed: 13)
    let seeds = Self.seeds.map { Array($0.utf8) }
    for round in 0..<5_000 {
      let text = String(decoding: random.damaged(seeds[round % seeds.count]), as: UTF8.self)
      guard let error = refusal(of: text) else { continue }
      let list = error.resultList ?? "result:x"
      guard list.hasPrefix("result:"), list.utf8.count > 7, error.messageID != "", error.conversationID != "",
        !list.unicodeScalars.contains(where: {
          $0.properties.generalCategory == .control || "{}".unicodeScalars.contains($0)
        })
      else {
        Issue.record("round \(round): \(text)")
        return
      }
    }
  }
}
