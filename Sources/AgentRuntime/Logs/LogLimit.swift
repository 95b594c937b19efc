import Logging

/// Keeps a log readable, and its disk from filling, whatever happens a thousand times a second: one cause says one line a
/// second, and an agent a bounded number of them.
///
/// A value, moved by lines and a clock that is handed in.
struct LogLimit: Sendable {
  /// What an agent's logger is called.
  static let agents = "agent"

  static let window = Duration.seconds(1)
  /// Lines of warning or worse from one place of the code in a window, whatever they say.
  static let linesOfSite = 20
  /// Lines of one agent in a window.
  static let linesOfAgent = 200
  /// Causes that are known at once; while there are more, those beyond say nothing.
  static let maximumCauses = 1024

  /// Where a line is from, and what it says but for its figures; nil: whatever it says.
  struct Cause: Hashable, Sendable {
    let site: String
    let text: String?
  }

  enum Decision: Equatable, Sendable {
    /// So many like it were left out since the last.
    case write(leftOut: Int)
    case leaveOut
  }

  private struct Use {
    var since: Duration
    var lines = 0
    var leftOut = 0
  }

  private var uses: [Cause: Use] = [:]

  init() {}

  /// Of an agent's line: `agent` names it.
  mutating func agentLine(_ agent: String, now: Duration) -> Decision {
    admit(Cause(site: agent, text: nil), most: Self.linesOfAgent, now: now)
  }

  /// Of one of the host's: less than a warning is said as often as it happens.
  mutating func line(_ text: String, _ level: Logger.Level, at site: String, now: Duration) -> Decision {
    guard level >= .warning else { return .write(leftOut: 0) }
    let decision = admit(Cause(site: site, text: text.filter { !$0.isNumber }), most: 1, now: now)
    guard case .write(let alike) = decision else { return decision }
    guard case .write(let others) = admit(Cause(site: site, text: nil), most: Self.linesOfSite, now: now)
    else {
      return .leaveOut
    }
    return .write(leftOut: alike + others)
  }

  private mutating func admit(_ cause: Cause, most: Int, now: Duration) -> Decision {
    if uses[cause] == nil, uses.count >= Self.maximumCauses {
      uses = uses.filter { now - $1.since < Self.window }
      if uses.count >= Self.maximumCauses { return .leaveOut }
    }
    var use = uses[cause] ?? Use(since: now)
    defer { uses[cause] = use }
    if now - use.since >= Self.window { use = Use(since: now, leftOut: use.leftOut) }
    guard use.lines < most else {
      use.leftOut += 1
      return .leaveOut
    }
    use.lines += 1
    defer { use.leftOut = 0 }
    return .write(leftOut: use.leftOut)
  }
}
