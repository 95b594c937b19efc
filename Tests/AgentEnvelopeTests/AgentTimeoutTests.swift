import AgentEnvelope
import Testing

@Suite struct AgentTimeoutTests {
  private func timeout(_ value: String) throws -> AgentTimeout {
    try Message(payload: #"{"__agent_timeout_sec":\#(value)}"#).read { $0.agentTimeout(in: $1) }
  }

  @Test func `No key means the default`() throws {
    #expect(try Message(payload: "{}").read { $0.agentTimeout(in: $1) } == .absent)
  }

  @Test(arguments: [
    ("30", 30), ("30.5", 30.5), ("-1", -1), ("0", 0), ("1e2", 100), ("\"30\"", 30), ("\" 2.5\\n\"", 2.5),
    ("\"+1\"", 1), ("\"-1e-1\"", -0.1), ("\"1.\"", 1), ("\".5\"", 0.5),
  ])
  func `A number, or a string that holds one`(value: String, seconds: Double) throws {
    #expect(try timeout(value) == .seconds(seconds))
  }

  @Test(arguments: [
    "true", "null", "[]", "{}", "\"\"", "\" \"", "\"nan\"", "\"inf\"", "\"-Infinity\"", "\"0x10\"",
    "\"1e400\"", "1e400",
    "\"soon\"", "\"1 2\"", "\"1_0\"", "\"e\"", "\"--1\"",
  ])
  func `Anything else is invalid`(value: String) throws {
    guard case .invalid(let reason) = try timeout(value) else {
      Issue.record("\(value) was accepted")
      return
    }
    #expect(reason.hasPrefix("__agent_timeout_sec is "))
  }
}
