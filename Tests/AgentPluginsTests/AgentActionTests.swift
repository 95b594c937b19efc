import CAgentABI
import Testing

@testable import AgentPlugins

@Suite struct AgentActionTests {
  private func text(_ text: StaticString) -> agenthost_text_v1 {
    text.withUTF8Buffer { utf8 in
      // SAFETY: the text is part of the program, and stays.
      utf8.withMemoryRebound(to: CChar.self) { agenthost_text_v1(bytes: $0.baseAddress, length: $0.count) }
    }
  }

  private func action(
    _ verb: UInt32, target: UInt32 = 0, mode: UInt32 = AGENTHOST_PAYLOAD_KEEP, address: StaticString = "",
    kind: StaticString = "", payload: StaticString = "", code: StaticString = "", message: StaticString = ""
  ) -> agenthost_action_v1 {
    agenthost_action_v1(
      verb: verb, target: target, payload_mode: mode, delay_milliseconds: 0, address: text(address),
      kind: text(kind),
      payload: text(payload), error_code: text(code), error_message: text(message))
  }

  private func copied(_ actions: [agenthost_action_v1]) throws(InvalidOutcome) -> [AgentAction] {
    try actions.withUnsafeBufferPointer { buffer throws(InvalidOutcome) in
      try AgentAction.copy(buffer.baseAddress, count: buffer.count)
    }
  }

  private func refusal(_ actions: [agenthost_action_v1]) -> String? {
    do throws(InvalidOutcome) {
      _ = try copied(actions)
      return nil
    } catch {
      return error.description
    }
  }

  @Test func `Every verb, target and payload mode is copied`() throws {
    let actions = try copied([
      action(AGENTHOST_REPLY, mode: AGENTHOST_PAYLOAD_MERGE, payload: "{}", code: "c", message: "m"),
      action(AGENTHOST_SEND, target: AGENTHOST_TO_ROLE, address: "upper", kind: "status"),
      action(
        AGENTHOST_SEND, target: AGENTHOST_TO_AGENT, mode: AGENTHOST_PAYLOAD_REPLACE, address: "h:1:2",
        payload: "[]"),
      action(AGENTHOST_SEND, target: AGENTHOST_TO_RESULT_LIST, address: "result:x"),
      action(AGENTHOST_SEND, target: AGENTHOST_TO_RESULT_LIST),
    ])
    let expected = [
      AgentAction(
        verb: .reply, payload: .merge(Array("{}".utf8)), kind: nil,
        error: AgentReportedError(code: "c", message: "m")),
      AgentAction(verb: .send(.role("upper")), payload: .keep, kind: "status", error: nil),
      AgentAction(verb: .send(.agent("h:1:2")), payload: .replace(Array("[]".utf8)), kind: nil, error: nil),
      AgentAction(verb: .send(.resultList("result:x")), payload: .keep, kind: nil, error: nil),
      AgentAction(verb: .send(.resultList(nil)), payload: .keep, kind: nil, error: nil),
    ]
    #expect(actions == expected)
    let forward = try copied([action(AGENTHOST_FORWARD, target: AGENTHOST_TO_ROLE, address: "r")])
    #expect(forward.map(\.verb) == [.forward(.role("r"))])
    #expect(try copied([]).isEmpty)
  }

  @Test func `What the contract does not have is refused, with the action's number`() {
    let reply = action(AGENTHOST_REPLY)
    #expect(refusal([reply, action(0)]) == "action 1: verb 0 is not known")
    #expect(refusal([action(5)]) == "action 0: verb 5 is not known")
    #expect(refusal([action(AGENTHOST_SEND)]) == "action 0: target 0 is not known")
    #expect(refusal([action(AGENTHOST_FORWARD, target: 4)]) == "action 0: target 4 is not known")
    #expect(refusal([action(AGENTHOST_REPLY, mode: 3)]) == "action 0: payload mode 3 is not known")
    #expect(
      refusal([action(AGENTHOST_REPLY, kind: "error")])
        == "action 0: kind \"error\"; expected task, result, control or status")
  }

  @Test func `A message goes one way`() {
    let reply = action(AGENTHOST_REPLY)
    let forward = action(AGENTHOST_FORWARD, target: AGENTHOST_TO_ROLE, address: "r")
    let retry = action(AGENTHOST_RETRY)
    for pair in [[reply, reply], [reply, forward], [forward, forward], [retry, reply]] {
      #expect(refusal(pair) == "2 replies, forwards and retries; a message goes one way")
    }
  }

  @Test func `The number of actions has a limit, and without an address there are none`() throws {
    let send = action(AGENTHOST_SEND, target: AGENTHOST_TO_ROLE, address: "r")
    #expect(try copied(Array(repeating: send, count: 64)).count == 64)
    #expect(refusal(Array(repeating: send, count: 65)) == "65 actions; at most 64 are allowed")
    #expect(throws: InvalidOutcome.self) { try AgentAction.copy(nil, count: 1) }
    #expect(try AgentAction.copy(nil, count: 0).isEmpty)
    #expect(throws: InvalidOutcome.self, "a size of C that is no number here") {
      try AgentAction.copy(nil, count: -1)
    }
  }

  @Test func `Text without an address is empty, and bytes that are no text are replaced`() throws {
    var odd = action(AGENTHOST_SEND, target: AGENTHOST_TO_ROLE)
    odd.address = agenthost_text_v1(bytes: nil, length: 5)
    #expect(try copied([odd]).map(\.verb) == [.send(.role(""))])
    let bytes: [CChar] = [0x61, -1]
    let verbs = try bytes.withUnsafeBufferPointer { buffer throws(InvalidOutcome) in
      odd.address = agenthost_text_v1(bytes: buffer.baseAddress, length: 2)
      return try copied([odd]).map(\.verb)
    }
    #expect(verbs == [.send(.role("a\u{FFFD}"))])
  }
}
