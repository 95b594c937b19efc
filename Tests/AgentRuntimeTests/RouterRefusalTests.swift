import AgentEnvelope
import Testing

@testable import AgentPlugins
@testable import AgentRuntime
@testable import AgentStreams

@Suite struct RouterRefusalTests {
  private func refusal(_ actions: [AgentAction], by router: Router = router) throws -> String? {
    let message = try message()
    do throws(InvalidOutcome) {
      _ = try router.writes(for: actions, of: message, step: step)
      return nil
    } catch {
      return error.description
    }
  }

  private func reply(_ payload: AgentAction.Payload) -> AgentAction {
    AgentAction(verb: .reply, payload: payload, kind: nil, error: nil)
  }

  @Test(arguments: ["", "a{b", "a}b", "a\nb", "a\u{7F}", "a\u{85}", String(repeating: "x", count: 513)])
  func `An address that no key can be made of is refused, as a role and as an agent`(address: String) throws {
    for (target, what) in [(AgentAction.Target.role(address), "role"), (.agent(address), "agent id")] {
      for verb in [AgentAction.Verb.forward(target), .send(target)] {
        let text = try refusal([reply(.keep), AgentAction(verb: verb, payload: .keep, kind: nil, error: nil)])
        #expect(text?.hasPrefix("action 1: ") == true)
        #expect(text?.contains("is no \(what): 1 to 512 bytes") == true)
        #expect(text?.contains("\n") == false)
      }
    }
  }

  @Test(arguments: [
    "stream:role:x", "result:", "results:x", "Result:x", "result:{x}", "result:\0", " result:x",
  ])
  func `Nothing but a list under result: is written to`(list: String) throws {
    let action = AgentAction(verb: .forward(.resultList(list)), payload: .keep, kind: nil, error: nil)
    #expect(try refusal([action])?.contains("is no list under result:") == true)
  }

  @Test(arguments: ["", "[]", "{", #"{"a":1}x"#, #"{"a":NaN}"#, #"{"a":1,"a":2}"#, "{\"a\":\"\u{1}\"}"])
  func `A payload that is not strictly a JSON object is refused`(payload: String) throws {
    for change in [AgentAction.Payload.merge(Array(payload.utf8)), .replace(Array(payload.utf8))] {
      #expect(try refusal([reply(change)])?.hasPrefix("action 0: its payload is refused: ") == true)
    }
  }

  @Test func `An envelope larger than the limit is refused, and one of the limit's size is not`() throws {
    let text = String(repeating: "x", count: 4000)
    let action = reply(.replace(Array(#"{"text":"\#(text)"}"#.utf8)))
    let whole = try router.writes(for: [action], of: message(), step: step)
    let envelope = try #require(whole.first).envelope
    func limited(_ bytes: Int) -> Router {
      Router(
        keys: Keys(), envelopeLimits: EnvelopeLimits(maximumBytes: bytes), resultTimeToLive: 1,
        requestTimeToLive: 60)
    }
    #expect(try refusal([action], by: limited(envelope.count)) == nil)
    #expect(
      try refusal([action], by: limited(envelope.count - 1))
        == "action 0: the envelope would have \(envelope.count) bytes; the limit is \(envelope.count - 1)")
  }

  @Test func `A result list is told by its bytes`() {
    for (list, isList) in [
      ("result:a", true), ("result:\u{301}", true), ("result:", false), ("results:a", false), ("", false),
      ("result:{a}", false), ("result:a\n", false), ("result:" + String(repeating: "x", count: 506), false),
    ] {
      #expect(Address.isResultList(list) == isList, "\(list)")
    }
  }
}
