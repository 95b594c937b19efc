/// What happens to an agent, in the specification's words.
enum AgentEvent: String {
  /// It takes messages from now on.
  case begins = "init"
  case lives = "heartbeat"
  /// Other code, or other settings, have its place.
  case hasNewCode = "reload"
  /// It has ended, and what it held is done or with others.
  case ends = "exit"
}
