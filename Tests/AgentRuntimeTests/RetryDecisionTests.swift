import AgentEnvelope
import NIOCore
import Testing

@testable import AgentPlugins
@testable import AgentRuntime
@testable import AgentStreams
import StrictJSON

@Suite("A message that is to be tried again")
struct RetryDecisionTests {
  private func decision(
    asked: Int = 0, deliveries: Int = 1, maximum: Int = 5, remaining: Double? = nil
  ) -> RetryDecision {
    RetryDecision(asked: asked, deliveries: deliveries, maximumDeliveries: maximum, remaining: remaining)
  }

  @Test func `waits as long as its agent says`() {
    #expect(decision(asked: 1234) == .again(milliseconds: 1234))
    #expect(decision(asked: 1, deliveries: 4) == .again(milliseconds: 1))
  }

  @Test func `waits longer every time where its agent leaves that to the host, and never too long`() {
    for (deliveries, limit) in [(1, 1000), (2, 2000), (4, 8000), (9, 256_000), (10, 300_000), (500, 300_000)]
    {
      for _ in 0..<50 {
        guard case .again(let wait) = decision(deliveries: deliveries, maximum: 1000) else {
          Issue.record("it may be tried again")
          return
        }
        #expect((limit / 10...limit).contains(wait), "\(deliveries): \(wait)")
      }
    }
  }

  @Test func `is given up when agents have had it as often as may be`() {
    #expect(decision(asked: 5, deliveries: 4) == .again(milliseconds: 5))
    #expect(decision(asked: 5, deliveries: 5) == .giveUp(deliveries: 5))
    #expect(decision(deliveries: 1, maximum: 1) == .giveUp(deliveries: 1))
  }

  @Test func `does not wait for longer than its request has time`() {
    #expect(decision(asked: 2000, remaining: 2.5) == .again(milliseconds: 2000))
    #expect(decision(asked: 2000, remaining: 2) == .tooLate)
    #expect(decision(asked: 1, remaining: -1) == .tooLate)
  }

  @Test func `comes again as it was, but for what counts its steps`() throws {
    let fields = #""sender_role":"asker","sender_agent_id":"host:9:1","kind":"control","process_count":3"#
    let message = try message(fields, payload: #"{"text":"x","n":1.50}"#, deliveries: 2)
    let write = router.retry(of: message, after: 1500, step: step)
    let envelope = try #require(WrittenEnvelope(write))
    #expect(envelope.key == "{ns}:agenthost:delayed:upper" && envelope.delay == 1500)
    #expect(envelope["sender_role"] == .string("asker"))
    #expect(envelope["sender_agent_id"] == .string("host:9:1"))
    #expect(envelope["kind"] == .string("control"))
    #expect(envelope["process_count"] == .number("4"), "what is tried for ever must reach the limit")
    let payload = try #require(envelope["payload"])
    #expect(payload["n"] == .number("1.50"))
    let member = try #require(payload["__agenthost"])
    #expect(member["attempts"] == .number("2"))
    #expect(member["due"]?.double == 1003.5)
    guard case .delay(let delayed) = write else { return }
    #expect(delayed.stream == "{ns}:stream:role:upper")
  }

  @Test func `counts its attempts over its entries, and begins anew at the next hop`() throws {
    let again = try message(payload: #"{"__agenthost":{"attempts":2,"deadline":9e9}}"#, deliveries: 3)
    #expect(again.deliveries == 5)
    let onward = AgentAction(verb: .forward(.role("next")), payload: .keep, kind: nil, error: nil)
    let write = try router.writes(for: [onward], of: again, step: step).first
    let member = try #require(WrittenEnvelope(write)?["payload"]?["__agenthost"])
    #expect(member["attempts"] == nil)
    #expect(member["deadline"]?.double == 9e9, "a deadline goes with the request")
  }

  @Test func `goes back as it came at the host's end; what it was given before counts on`() throws {
    let fresh = try message()
    guard case .forward(let stream, nil, let envelope, _) = router.handBack(fresh.delivery, fresh) else {
      Issue.record("it goes to its stream")
      return
    }
    #expect(stream == "{ns}:stream:role:upper")
    #expect(envelope == fresh.delivery.envelope)
    let suspect = try message(payload: #"{"text":"x","__agenthost":{"kept":1e1}}"#, deliveries: 3)
    let written = try #require(WrittenEnvelope(router.handBack(suspect.delivery, suspect)))
    #expect(written["payload"]?["__agenthost"]?["attempts"] == .number("2"))
    #expect(written["payload"]?["__agenthost"]?["kept"] == .number("1e1"))
    #expect(written["payload"]?["text"] == .string("x"))
    #expect(written["message_id"] == .string("c:1.5"))
  }

  @Test func `can wait on its way to a role, and nowhere else`() throws {
    var action = AgentAction(verb: .forward(.role("next")), payload: .keep, kind: nil, error: nil)
    action.delay = 700
    let written = try #require(
      WrittenEnvelope(try router.writes(for: [action], of: message(), step: step).first))
    #expect(written.key == "{ns}:agenthost:delayed:next" && written.delay == 700)
    #expect(written["payload"]?["__agenthost"]?["due"]?.double == 1002.7)
  }
}

@Suite("How a request ends")
struct RequestStateTests {
  private func state(_ action: AgentAction, payload: String = #"{"text":"x"}"#) throws -> RequestState? {
    WrittenEnvelope(try router.writes(for: [action], of: message(payload: payload), step: step).first)?.state
  }

  private func action(
    _ verb: AgentAction.Verb = .reply, _ payload: AgentAction.Payload = .keep,
    error: AgentReportedError? = nil
  ) -> AgentAction {
    AgentAction(verb: verb, payload: payload, kind: nil, error: error)
  }

  @Test func `With a result that carries no errors it is done`() throws {
    #expect(try state(action()) == .done)
    #expect(try state(action(), payload: #"{"errors":[]}"#) == .done)
    #expect(try state(action(), payload: #"{"errors": [ ] }"#) == .done)
    #expect(try state(action(), payload: #"{"errors":null}"#) == .done)
    #expect(try state(action(.forward(.resultList(nil)))) == .done)
    let cleared = AgentAction.Payload.merge(Array(#"{"errors":[]}"#.utf8))
    #expect(try state(action(.reply, cleared), payload: #"{"errors":[{"code":"a"}]}"#) == .done)
  }

  @Test func `With errors, whoever added them, it has failed`() throws {
    #expect(try state(action(), payload: #"{"errors":[{"code":"a"}]}"#) == .failed)
    #expect(try state(action(), payload: #"{"errors":"text"}"#) == .failed)
    #expect(try state(action(error: AgentReportedError(code: "a", message: "b"))) == .failed)
    let merged = AgentAction.Payload.merge(Array(#"{"errors":[1]}"#.utf8))
    #expect(try state(action(.reply, merged)) == .failed)
    let replaced = AgentAction.Payload.replace(Array("{}".utf8))
    #expect(try state(action(.reply, replaced), payload: #"{"errors":[1]}"#) == .done)
  }

  @Test func `A message on its way, and one that an agent sends, end nothing`() throws {
    #expect(try state(action(.forward(.role("next")))) == nil)
    #expect(try state(action(.send(.resultList("result:x")))) == nil)
  }
}
