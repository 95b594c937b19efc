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
  /// Causes, and agents, that are known at once. A cause beyond is limited by its place alone, an agent says nothing.
  static let maximumCauses = 1024

  /// Where a line is from, and what it says but for its figures.
  private struct Cause: Hashable, Sendable {
    let site: String
    let text: String
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

    /// Whether as much was said as may be in this window.
    func isSaid(_ most: Int, now: Duration) -> Bool { now - since < LogLimit.window && lines >= most }

    mutating func admit(_ most: Int, now: Duration) -> Decision {
      if now - since >= LogLimit.window {
        since = now
        lines = 0
      }
      guard lines < most else {
        leftOut += 1
        return .leaveOut
      }
      lines += 1
      defer { leftOut = 0 }
      return .write(leftOut: leftOut)
    }
  }

  private var causes: [Cause: Use] = [:]
  /// Places of the code, which are few.
  private var sites: [String: Use] = [:]
  private var agents: [String: Use] = [:]

  init() {}

  /// Of an agent's line: `agent` names it.
  mutating func agentLine(_ agent: String, now: Duration) -> Decision {
    makeRoom(in: \.agents, now: now)
    guard agents[agent] != nil || agents.count < Self.maximumCauses else { return .leaveOut }
    return agents[agent, default: Use(since: now)].admit(Self.linesOfAgent, now: now)
  }

  /// Of one of the host's: less than a warning is said as often as it happens, and so is the worst.
  mutating func line(_ text: String, _ level: Logger.Level, at site: String, now: Duration) -> Decision {
    guard level >= .warning, level < .critical else { return .write(leftOut: 0) }
    let cause = Cause(site: site, text: text.filter { !$0.isNumber })
    makeRoom(in: \.causes, now: now)
    // What its place says too often anyway need not be known.
    let isKnown = causes[cause] != nil || causes.count < Self.maximumCauses
    if causes[cause]?.isSaid(1, now: now) == true {
      causes[cause]?.leftOut += 1
      return .leaveOut
    }
    guard case .write(let others) = sites[site, default: Use(since: now)].admit(Self.linesOfSite, now: now)
    else {
      return .leaveOut
    }
    guard isKnown else { return .write(leftOut: others) }
    guard case .write(let alike) = causes[cause, default: Use(since: now)].admit(1, now: now) else {
      return .leaveOut
    }
    return .write(leftOut: alike + others)
  }

  /// What was not said for a while is forgotten, once there are many.
  private mutating func makeRoom<Key>(in path: WritableKeyPath<LogLimit, [Key: Use]>, now: Duration) {
    guard self[keyPath: path].count >= Self.maximumCauses else { return }
    self[keyPath: path] = self[keyPath: path].filter { now - $1.since < Self.window }
  }
}
