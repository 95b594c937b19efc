import AgentEnvelope
import RandomJSON
import SeededGenerator
import StrictJSON
import Testing

/// What is known of an envelope that was just written is used in place of a scan, so it has to be the same.
@Suite struct ScannedEnvelopeTests {
  private static let texts = ["", "upper", "a \"b\" \\ \n", "é漢😀", String(repeating: "x", count: 300)]

  private func message(_ random: inout RandomJSON, limits: EnvelopeLimits = EnvelopeLimits()) -> Message? {
    let more = [
      #""create_ts":1726339057.123456"#, #""create_ts":null,"ts":5"#, #""result_list":"result:\u0061""#,
      #""trace":[{"role":"r"} ]"#, #""trace":null"#, #""x":1.50,"\u0078":2.500,"y" : [1, 2]"#,
      #""reply_role":"q","sender_role":"" "#, #""process_count":4,"total_processing_time":0.25"#,
    ].shuffled(using: &random.generator).prefix(3).joined(separator: ",")
    var payload = random.object(depth: 2)
    if random.generator.chance(3) {
      payload = #"{"a":1,"__agenthost":{"attempts":2,"own":[1]},"errors" :{"b":2},"text":"x","a":3}"#
    }
    // Not all that is random is an envelope; how many are is counted.
    return try? Message(
      " " + Message.text(fields: more, payload: payload).replacing(":{", with: random.space() + ":{"),
      limits: limits)
  }

  private func edit(_ random: inout RandomJSON, limits: EnvelopeLimits) -> PayloadEdit {
    let many = (0..<70).map { "\"k\($0)\":\($0)" }.joined(separator: ",")
    let objects = [
      #"{"text":"reply","errors":[],"__agenthost":0}"#, "{}", "{\(many),\"text\":1}", random.object(depth: 2),
    ]
    // What no agent may return is no edit.
    guard let text = objects.randomElement(using: &random.generator),
      let payload = try? agentPayload(text, limits: limits)
    else { return .keep }
    return [.keep, .merge(payload), .replace(payload)].randomElement(using: &random.generator) ?? .keep
  }

  private func rewrite(_ random: inout RandomJSON, limits: EnvelopeLimits = EnvelopeLimits())
    -> EnvelopeRewrite
  {
    func text() -> String { Self.texts.randomElement(using: &random.generator) ?? "" }
    func time() -> Double {
      let time = Double.random(in: 0...2e9, using: &random.generator)
      return random.generator.chance(2) ? time : (time * 1e6).rounded() / 1e6
    }
    let member = [HostMemberEdit.keep, .remove, .set(.object([.init("deadline", .number(5))]))]
    let errors = [PayloadError(code: text(), message: text()), PayloadError(code: "c", message: "m")]
    let entry = TraceEntry(
      startTimestamp: time(), role: text(), agentID: text(), endTimestamp: time(), duration: time(),
      error: random.generator.chance(2) ? text() : nil, safetyViolation: random.generator.chance(4))
    let isNew = random.generator.chance(4)
    return EnvelopeRewrite(
      targetRole: random.generator.chance(2) ? text() : nil,
      targetAgentID: random.generator.chance(4) ? text() : nil,
      targetList: random.generator.chance(4) ? text() : nil,
      sender: EnvelopeSender(role: text(), agentID: random.generator.chance(2) ? text() : nil), kind: text(),
      payload: edit(&random, limits: limits),
      hostMember: member.randomElement(using: &random.generator) ?? .keep,
      errors: Array(errors.prefix(Int.random(in: 0...2, using: &random.generator))),
      trace: random.generator.chance(3) ? nil : TraceStep(entry),
      processCount: [0, 1, 77, .max].randomElement(using: &random.generator) ?? 0,
      totalProcessingTime: time(), updateTimestamp: time(),
      newMessage: isNew
        ? NewMessage(
          conversationID: random.generator.chance(2) ? "other" : nil, messageID: "m:2",
          resultList: "result:m:2", createTimestamp: time(), keepsTrace: random.generator.chance(2))
        : nil)
  }

  @Test(arguments: [UInt64(21), 22])
  func `What a hop knows of its envelope is what a scan of it finds`(seed: UInt64) throws {
    var random = RandomJSON(seed: seed)
    var written = 0
    for round in 0..<6_000 {
      guard let message = message(&random) else { continue }
      written += 1
      let rewrite = rewrite(&random)
      let next = message.read { $0.rewritten(rewrite, of: $1) }
      let found = try Message(next.bytes).envelope
      guard next.envelope == found else {
        Issue.record("seed \(seed), round \(round): \(String(decoding: next.bytes, as: UTF8.self))")
        return
      }
    }
    #expect(written > 1_000)
  }

  @Test(arguments: [UInt64(23)])
  func `What is within limits is not refused by a scan with these`(seed: UInt64) throws {
    var random = RandomJSON(seed: seed)
    let limits = EnvelopeLimits(maximumBytes: 700, maximumDepth: 4, maximumIdentifierBytes: 9)
    var (within, beyond) = (0, 0)
    for round in 0..<6_000 {
      guard let message = message(&random, limits: limits) else { continue }
      let rewrite = rewrite(&random, limits: limits)
      guard rewrite.errors.isEmpty else { continue }
      let next = message.read { $0.rewritten(rewrite, of: $1) }
      guard next.isWithin(limits) else {
        beyond += 1
        continue
      }
      within += 1
      guard try Message(next.bytes, limits: limits).envelope == next.envelope else {
        Issue.record("seed \(seed), round \(round): \(String(decoding: next.bytes, as: UTF8.self))")
        return
      }
    }
    #expect(within > 200 && beyond > 200)
  }

  @Test func `What has become too long, too large or no number is not within the limits`() throws {
    let limits = EnvelopeLimits()
    func isWithin(_ id: String, _ limits: EnvelopeLimits, after rewrite: EnvelopeRewrite = .hop()) throws
      -> Bool
    {
      let message = try Message(#"{"conversation_id":"c","message_id":"\#(id)","payload":{"a":1}}"#)
      return message.read { $0.rewritten(rewrite, of: $1) }.isWithin(limits)
    }
    #expect(try isWithin(String(repeating: "m", count: 505), limits))
    // The list of its result has a name of 513 bytes.
    #expect(try !isWithin(String(repeating: "m", count: 506), limits))
    #expect(try !isWithin("m", EnvelopeLimits(maximumBytes: 200)))
    let long = String(repeating: "n", count: 513)
    let new = EnvelopeRewrite.hop(
      newMessage: NewMessage(messageID: long, resultList: "result:n", createTimestamp: 1))
    #expect(try !isWithin("m", limits, after: new))
    let endless = EnvelopeRewrite(
      sender: EnvelopeSender(role: "a", agentID: nil), kind: "task", processCount: 1,
      totalProcessingTime: -.infinity,
      updateTimestamp: 1)
    #expect(try !isWithin("m", limits, after: endless))
  }

  @Test func `Another envelope is another`() throws {
    func envelope(_ fields: String, payload: String = #"{"a":1}"#) throws -> Envelope {
      try Message(fields: fields, payload: payload).envelope
    }
    let one = try envelope(#""kind":"task","process_count":1"#)
    #expect(try one == envelope(#""kind":"task","process_count":1"#))
    for other in [
      try envelope(#""kind":"task","process_count":2"#), try envelope(#""kind":"tasks","process_count":1"#),
      try envelope(#""king":"task","process_count":1"#),
      try envelope(#""kind":"task","process_count":1"#, payload: #"{"a": 1}"#),
    ] {
      #expect(one != other)
    }
  }
}
