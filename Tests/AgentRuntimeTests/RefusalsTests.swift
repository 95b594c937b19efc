import AgentEnvelope
import NIOCore
import Testing

@testable import AgentRuntime
@testable import AgentStreams
import StrictJSON

@Suite struct RefusalsTests {
  private let refusals = Refusals(router: router, agent: upper, codeHash: "abc123")

  private func only(_ settlement: Settlement) throws -> WrittenEnvelope {
    #expect(settlement.writes.count == 1)
    return try #require(WrittenEnvelope(settlement.writes.first))
  }

  @Test func `Beyond a safety limit a message goes straight to the caller, and counts no step`() throws {
    let message = try message(
      #""sender_role":"asker","process_count":50,"total_processing_time":7,"result_list":"result:own""#)
    let envelope = try only(refusals.settlement(of: message, .safety("too much"), now: 2000))
    #expect(envelope.key == "{ns}:result:own" && envelope.timeToLive == 0)
    #expect(envelope.errors == ["safety.limit: too much"])
    #expect(envelope["kind"] == .string("result"))
    #expect(envelope["process_count"] == .number("50"))
    #expect(envelope["total_processing_time"]?.double == 7)
    let entry = try #require(envelope.trace.last)
    #expect(entry["safety_violation"] == .bool(true))
    #expect(entry["error"] == .string("too much") && entry["exception"] == .string("too much"))
    #expect(
      [entry["start_ts"]?.double, entry["end_ts"]?.double, entry["duration"]?.double] == [2000, 2000, 0])
  }

  @Test func `A message without time has timed out, and whoever sent it hears of it`() throws {
    let message = try message(#""sender_role":"asker""#)
    let envelope = try only(refusals.settlement(of: message, .outOfTime(-3), now: 2000))
    #expect(envelope.key == "{ns}:stream:role:asker")
    #expect(envelope.errors == ["upper.timeout: Timed out after 0.0s"])
    #expect(envelope["process_count"] == .number("1"))
    #expect(envelope.trace.last?["safety_violation"] == nil)
    let fromOutside = try AgentRuntimeTests.message()
    #expect(try only(refusals.settlement(of: fromOutside, .outOfTime(0), now: 1)).key == "{ns}:result:c:1.5")
  }

  @Test func `A time that is none is the caller's error`() throws {
    let message = try message(#""sender_role":"asker""#)
    let envelope = try only(refusals.settlement(of: message, .invalidTimeout("why"), now: 2000))
    #expect(envelope.key == "{ns}:result:c:1.5" && envelope.timeToLive == 600)
    #expect(envelope.errors == ["agenthost.invalid_timeout: why"])
  }

  @Test func `A message that its workers did not survive is a dead letter, and the caller hears of it`()
    throws
  {
    let message = try message(deliveries: 6)
    let settlement = refusals.settlement(of: message, .tooManyDeliveries(5), now: 2000)
    #expect(settlement.writes.count == 2)
    let reason = "agenthost.deliveries: given to agents 5 times without an outcome"
    #expect(letter(settlement.writes.first)?["reason"] == reason)
    let envelope = try #require(WrittenEnvelope(settlement.writes.last))
    #expect(envelope.key == "{ns}:result:c:1.5")
    #expect(envelope.errors == [reason])
  }

  @Test func `An unreadable entry is a dead letter, and its caller hears of it where one is named`() throws {
    let list = EnvelopeError(
      .missingField(.payload), conversationID: "c", messageID: "c:1.5", resultList: "result:c:1.5")
    let settlement = refusals.settlement(
      of: delivery(fields: [("envelope", "x")]), unreadable: list, now: 2000)
    #expect(settlement.writes.count == 2)
    #expect(letter(settlement.writes.first)?["reason"]?.hasPrefix("agenthost.invalid_envelope: ") == true)
    let envelope = try #require(WrittenEnvelope(settlement.writes.last))
    #expect(envelope.key == "{ns}:result:c:1.5" && envelope.timeToLive == 600)
    #expect(envelope.errors == ["agenthost.invalid_envelope: \(list.description)"])
    #expect(envelope["conversation_id"] == .string("c") && envelope["message_id"] == .string("c:1.5"))
    #expect(envelope["sender_role"] == .string("upper") && envelope["kind"] == .string("result"))
    #expect(envelope["create_ts"]?.double == 2000)
  }

  @Test func `Without a list under result: an unreadable entry is a dead letter only`() {
    for error in [
      nil, EnvelopeError(.notAnObject), EnvelopeError(.notAnObject, resultList: "stream:role:x"),
      EnvelopeError(.notAnObject, resultList: "result:{x}"),
    ] {
      let settlement = refusals.settlement(of: delivery(fields: [("data", "x")]), unreadable: error, now: 1)
      #expect(settlement.writes.count == 1)
      #expect(letter(settlement.writes.first)?["entry.data"] == "x")
      #expect(
        settlement.refused.settlement(after: .noSuchStream) == nil, "a letter that is refused stays pending")
    }
  }

  @Test func `A role that nobody ever served is the caller's error, and at last a dead letter`() throws {
    let message = try message(#""sender_role":"asker""#)
    let refused = RefusedMessageAnswer(refusals: refusals, message: message, step: step)
    let first = try #require(refused.settlement(after: .noSuchStream))
    let envelope = try only(first)
    #expect(envelope.key == "{ns}:result:c:1.5")
    #expect(envelope.errors.first?.hasPrefix("agenthost.no_such_role: ") == true)
    #expect(envelope["total_processing_time"]?.double == 2, "the agent's work has been done")
    let last = try #require(first.refused.settlement(after: .error("WRONGTYPE")))
    #expect(last.writes.count == 1)
    #expect(letter(last.writes.first)?["reason"]?.hasPrefix("agenthost.no_such_role: ") == true)
    #expect(last.refused.settlement(after: .error("WRONGTYPE")) == nil)
  }

  @Test
  func `A destination that is refused is a dead letter, with the caller's error as long as that can be`()
    throws
  {
    let refused = RefusedMessageAnswer(refusals: refusals, message: try message(), step: step)
    let first = try #require(refused.settlement(after: .error("WRONGTYPE of a list")))
    #expect(first.writes.count == 2)
    let reason = "agenthost.destination: Redis refused the message's destination: WRONGTYPE of a list"
    #expect(letter(first.writes.first)?["reason"] == reason)
    #expect(WrittenEnvelope(first.writes.last)?.errors == [reason])
    let last = try #require(first.refused.settlement(after: .error("WRONGTYPE")))
    #expect(last.writes == [first.writes[0]])
    #expect(last.refused.settlement(after: .error("WRONGTYPE")) == nil)
  }

  @Test func `The caller of a cancelled request hears that it was, whatever else its message came to`() throws
  {
    let refused = RefusedMessageAnswer(refusals: refusals, message: try message(), step: step)
    for refusal in [CommitRefusal.noSuchStream, .error("WRONGTYPE of a stream"), .cancelled] {
      var next = try #require(refused.settlement(after: refusal))
      if refusal != .cancelled { next = try #require(next.refused.settlement(after: .cancelled)) }
      #expect(try only(next).errors.last == "agenthost.cancelled: the request was cancelled")
      let last = try #require(next.refused.settlement(after: .error("WRONGTYPE of a list")))
      #expect(last.writes.count == 1 && letter(last.writes.first) != nil)
      #expect(last.refused.settlement(after: .error("WRONGTYPE of a list")) == nil)
    }
  }

  @Test func `What admission refuses has the same ways left when the server refuses it`() throws {
    let settlement = refusals.settlement(of: try message(), .safety("too much"), now: 2000)
    let next = try #require(settlement.refused.settlement(after: .error("WRONGTYPE")))
    #expect(letter(next.writes.first) != nil)
  }

  @Test func `A dead letter has all its fields, and the envelope as it came`() throws {
    let delivery = delivery(deliveries: 3)
    let write = refusals.deadLetter(delivery, code: "agenthost.x", reason: "why", now: 2000.5)
    guard case .deadLetter(let stream, let fields) = write else {
      Issue.record("\(write)")
      return
    }
    #expect(stream == "{ns}:dlq:role:upper")
    let expected = [
      "envelope", "reason", "deliveries", "agent_id", "code_hash", "time", "stream", "entry_id",
    ]
    #expect(fields.map(\.name) == expected)
    #expect(fields.first.map { Array($0.value.readableBytesView) } == delivery.envelope)
    let texts = fields.dropFirst().map { String(buffer: $0.value) }
    #expect(
      texts == ["agenthost.x: why", "3", "host:1:2", "abc123", "2000.5", "{ns}:stream:role:upper", "5-1"])
  }

  @Test func `A dead letter without an envelope keeps every field under a name of its own`() {
    let fields = [("reason", "forged"), ("", "empty"), ("data", "x"), ("data", "y")]
    let write = refusals.deadLetter(delivery(fields: fields), code: "c", reason: "r", now: 1)
    #expect(letter(write)?["reason"] == "c: r")
    guard case .deadLetter(_, let kept) = write else { return }
    #expect(kept.suffix(4).map(\.name) == ["entry.reason", "entry.", "entry.data", "entry.data"])
    #expect(kept.suffix(4).map { String(buffer: $0.value) } == ["forged", "empty", "x", "y"])
  }

  private func letter(_ write: CommitWrite?) -> [String: String]? {
    guard case .deadLetter(_, let fields) = write else { return nil }
    return Dictionary(fields.map { ($0.name, String(buffer: $0.value)) }) { first, _ in first }
  }
}
