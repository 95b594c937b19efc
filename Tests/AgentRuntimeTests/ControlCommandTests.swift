import AgentStreams
import Testing

@testable import AgentRuntime

@Suite struct ControlCommandTests {
  @Test(arguments: [
    "reload", #"{"kind":"control","command":"reload"}"#,
    #" { "command" : "reload", "x": [1], "kind":"control" } "#,
  ])
  func `Reload is understood in both spellings`(message: String) {
    #expect(ControlCommand(message) == .reload)
  }

  @Test func `What agents tell each other is no command`() {
    #expect(ControlCommand(#"{"kind":"status","event":"heartbeat","role":"upper"}"#) == .event(agentID: nil))
    #expect(ControlCommand(#"{"kind":"status","command":"reload"}"#) == .event(agentID: nil))
    #expect(ControlCommand(#"{"kind":"status","agent_id":"h:1:2","x":[]}"#) == .event(agentID: "h:1:2"))
    #expect(ControlCommand(#"{"kind":"status","agent_id":7}"#) == .event(agentID: nil))
  }

  @Test func `Hosts are told to look`() {
    #expect(ControlCommand(DesiredChange.look) == .look)
  }

  @Test(arguments: [
    ("stop", "stop"), (#"{"kind":"control","command":"stop"}"#, "stop"), ("", ""), ("RELOAD", "RELOAD"),
    ("reload\n", "reload\n"), (#""reload""#, #""reload""#), ("reload reload", "reload reload"),
    (#"{"command":"reload"}"#, #"{"command":"reload"}"#),
    (#"{"kind":"task","command":"reload"}"#, #"{"kind":"task","command":"reload"}"#),
    (#"{"kind":"control"}"#, #"{"kind":"control"}"#),
    (#"{"kind":"control","command":["reload"]}"#, #"{"kind":"control","command":["reload"]}"#),
    (#"{"kind":"control","command":null}"#, #"{"kind":"control","command":null}"#), ("[]", "[]"),
    ("null", "null"),
    (#"{"kind":"control","command":"reload""#, #"{"kind":"control","command":"reload""#),
    (#"{"kind":"control","command":"reload"}{}"#, #"{"kind":"control","command":"reload"}{}"#),
  ])
  func `Anything else is unknown, and kept for the log`(message: String, expected: String) {
    #expect(ControlCommand(message) == .unknown(expected))
  }

  @Test func `Hostile JSON is unknown as well`() {
    let deep = String(repeating: "[", count: 200_000)
    #expect(ControlCommand(deep) == .unknown(deep))
    let arrays = String(repeating: "[", count: 17) + String(repeating: "]", count: 17)
    let nested = #"{"kind":"control","command":"reload","x":\#(arrays)}"#
    #expect(ControlCommand(nested) == .unknown(nested))
    let zero = "reload\0"
    #expect(ControlCommand(zero) == .unknown(zero))
  }

  @Test func `Of a key that is there twice the last counts`() {
    #expect(ControlCommand(#"{"kind":"control","command":"stop","command":"reload"}"#) == .reload)
  }
}
