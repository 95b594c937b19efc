import RandomJSON
import AgentEnvelope
import Testing
import StrictJSON

@Suite struct PayloadEditTests {
  @Test func `Merging puts new values at their key's position and new keys at the end`() throws {
    let message = try Message(payload: #"{"a":1, "b":{"deep":1} ,"c":3}"#)
    let reply = try agentPayload(#" {"d": 4, "\u0062":{"other":2}} "#)
    #expect(try message.payload(after: .merge(reply)) == #"{"a":1,"\u0062":{"other":2},"c":3,"d":4}"#)
  }

  @Test func `Replacing leaves nothing of the old payload`() throws {
    let message = try Message(payload: #"{"a":1,"b":2}"#)
    #expect(try message.payload(after: .replace(agentPayload(#"{"c":3}"#))) == #"{"c":3}"#)
    #expect(try message.payload(after: .replace(.empty)) == "{}")
  }

  @Test func `An agent can neither drop nor forge what the host added`() throws {
    let message = try Message(payload: #"{"a":1,"__agenthost":{"attempt":2},"b":2}"#)
    let forged = try agentPayload(#"{"\u005f_agenthost":{"attempt":0},"b":3}"#)
    #expect(try message.payload(after: .merge(forged)) == #"{"a":1,"__agenthost":{"attempt":2},"b":3}"#)
    #expect(try message.payload(after: .replace(forged)) == #"{"b":3,"__agenthost":{"attempt":2}}"#)
    let plain = try Message(payload: #"{"a":1}"#)
    #expect(try plain.payload(after: .merge(forged)) == #"{"a":1,"b":3}"#)
    #expect(try plain.payload(after: .replace(forged)) == #"{"b":3}"#)
  }

  @Test func `The host sets and removes its own member`() throws {
    let attempt = JSONValue.object([.init("attempt", .number(3))])
    let plain = try Message(payload: #"{"a":1}"#)
    #expect(
      try plain.payload(after: .keep, hostMember: .set(attempt)) == #"{"a":1,"__agenthost":{"attempt":3}}"#)
    let message = try Message(payload: #"{"__agenthost":{"attempt":2},"a":1}"#)
    #expect(
      try message.payload(after: .keep, hostMember: .set(attempt)) == #"{"__agenthost":{"attempt":3},"a":1}"#)
    #expect(try message.payload(after: .keep, hostMember: .remove) == #"{"a":1}"#)
  }

  @Test(arguments: [
    ("{}", #"{"errors":[NEW]}"#),
    (#"{"errors":null,"a":1}"#, #"{"errors":[NEW],"a":1}"#),
    (#"{"a":1,"errors":[]}"#, #"{"a":1,"errors":[NEW]}"#),
    (#"{"errors":[ ]}"#, #"{"errors":[ NEW]}"#),
    (#"{"errors":[{"code":"x"} ],"a":1}"#, #"{"errors":[{"code":"x"} ,NEW],"a":1}"#),
    (#"{"errors":"old"}"#, #"{"errors":["old",NEW]}"#),
    (#"{"errors":{"code":"x"}}"#, #"{"errors":[{"code":"x"},NEW]}"#),
    (#"{"err\u006frs":[1]}"#, #"{"err\u006frs":[1,NEW]}"#),
  ])
  func `Errors are appended to what is there`(payload: String, expected: String) throws {
    let error = PayloadError(code: "upper.timeout", message: "took \"too\" long")
    let written = try Message(payload: payload).payload(after: .keep, errors: [error])
    #expect(
      written == expected.replacing("NEW", with: #"{"code":"upper.timeout","message":"took \"too\" long"}"#))
  }

  @Test func `Errors are appended after the agent's edit`() throws {
    let errors = [PayloadError(code: "a", message: "1"), PayloadError(code: "b", message: "2")]
    let message = try Message(payload: #"{"errors":[7]}"#)
    let reply = try agentPayload(#"{"errors":["agent"]}"#)
    for edit in [PayloadEdit.merge(reply), .replace(reply)] {
      #expect(
        try message.payload(after: edit, errors: errors)
          == #"{"errors":["agent",{"code":"a","message":"1"},{"code":"b","message":"2"}]}"#)
    }
    let written = try Message(message.rewritten(.hop(payload: .merge(reply), errors: errors)))
    #expect(written.read { $0.errors(in: $1) } == [PayloadError(code: "", message: "agent")] + errors)
  }

  @Test func `Duplicate keys of a payload become one when it is edited, as a dictionary has it`() throws {
    let message = try Message(payload: #"{"a":1,"b":2,"a":3,"errors":[1],"errors":[2]}"#)
    #expect(try message.payload(after: .merge(.empty)) == #"{"a":3,"b":2,"errors":[2]}"#)
    #expect(
      try message.payload(after: .keep, errors: [PayloadError(code: "c", message: "")])
        == #"{"a":3,"b":2,"errors":[2,{"code":"c","message":""}]}"#)
    #expect(try message.payload(after: .keep) == #"{"a":1,"b":2,"a":3,"errors":[1],"errors":[2]}"#)
  }

  @Test func `Payloads of many members are merged by the same rules`() throws {
    let old = (0..<1_000).map { "\"k\($0)\":\($0)" }.joined(separator: ",")
    let new = (500..<1_500).map { "\"k\($0)\":-1" }.joined(separator: ",")
    let merged = try Message(payload: "{\(old)}").payload(after: .merge(agentPayload("{\(new)}")))
    let expected = (0..<1_500).map { "\"k\($0)\":\($0 < 500 ? $0 : -1)" }.joined(separator: ",")
    #expect(merged == "{\(expected)}")
  }

  @Test func `Merging random payloads gives what dictionaries give`() throws {
    var random = RandomJSON(seed: 4)
    for round in 0..<1_500 {
      let old = random.object(depth: 3)
      guard let new = try? agentPayload(random.object(depth: 3)) else { continue }
      guard case .object(var expected) = ReferenceJSON(Array(old.utf8))?.value,
        case .object(let changes) = ReferenceJSON(new.bytes)?.value
      else {
        Issue.record("round \(round): the reference refuses \(old)")
        return
      }
      expected.merge(changes) { $1 }
      let written = try Message(payload: old).payload(after: .merge(new))
      guard ReferenceJSON(Array(written.utf8))?.value == .object(expected) else {
        Issue.record("round \(round): \(old) merged to \(written)")
        return
      }
    }
  }

  @Test(arguments: [
    ("[]", JSONError(.notAnObject, at: 0)), (" 1", JSONError(.notAnObject, at: 1)),
    (#"{"a":1}{}"#, JSONError(.trailingBytes, at: 7)), (#"{"a":NaN}"#, JSONError(.notFinite("NaN"), at: 5)),
    (#"{"a":1,"a":2}"#, JSONError(.duplicateKey("a"), at: 7)),
    (#"{"b":[{"a":1,"a":2}]}"#, JSONError(.duplicateKey("a"), at: 13)),
  ])
  func `An agent's payload is checked strictly`(text: String, expected: JSONError) {
    #expect(throws: expected) { try agentPayload(text) }
  }

  @Test func `An agent's payload is bounded in size`() throws {
    let limits = EnvelopeLimits(maximumBytes: 10)
    #expect(throws: JSONError(.tooLarge(byteCount: 11, limit: 10), at: 0)) {
      try agentPayload(#"{"a":"123"}"#, limits: limits)
    }
    #expect(try agentPayload(#"{"a":"12"}"#, limits: limits).members.count == 1)
  }

  @Test func `What an agent may return, the next hop accepts, however its errors are written`() throws {
    let depth = 125
    let deep = String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
    #expect(throws: JSONError.self) { try agentPayload(#"{"errors":[\#(deep)]}"#) }
    let reply = try agentPayload(#"{"errors":{"x":\#(deep.dropFirst().dropLast())}}"#)
    let text = try Message().rewritten(
      .hop(payload: .replace(reply), errors: [PayloadError(code: "c", message: "m")]))
    #expect(refusal(of: text) == nil)
  }
}
