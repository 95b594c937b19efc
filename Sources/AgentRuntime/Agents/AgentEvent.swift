import StrictJSON

/// What happens to an agent, in the specification's words.
enum AgentEvent: String {
  /// It takes messages from now on.
  case begins = "init"
  case lives = "heartbeat"
  /// Other code, or other settings, have its place.
  case hasNewCode = "reload"
  /// It has ended, and what it held is done or with others.
  case ends = "exit"

  /// The agent of an event, as it was said; nil where the text is none.
  static func agentID(in text: String) -> String? {
    var text = text
    let value = text.withUTF8 { try? JSONValue.parse(UnsafeRawBufferPointer($0), maximumDepth: 8) }
    guard value?["kind"]?.string == "status" else { return nil }
    return value?["agent_id"]?.string
  }
}
