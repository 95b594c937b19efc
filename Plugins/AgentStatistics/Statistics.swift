/// What all agents have done while a session lasts, from what is said of them. Figures are sums since an agent began, so an
/// event that is lost or heard twice changes nothing.
package struct Statistics: Codable, Sendable, Equatable {
  /// An agent that is not heard of for so long is no longer shown: three signs of life are missing. In seconds.
  static let silence = 15.0
  /// Agents that are known one by one; of more, those that have gone are known by their roles alone.
  static let maximumAgents = 10_000
  /// Roles of such that are told apart; the rest go by one name.
  static let maximumPastRoles = 1_000
  static let otherRoles = "(others)"

  struct Agent: Codable, Sendable, Equatable {
    var role: String
    var isBusy: Bool
    var figures: AgentFigures
    /// When it was said, and when it was heard, in seconds since 1970.
    var said: Double
    var heard: Double
    var hasEnded = false

    func differsOnlyInTime(from other: Self) -> Bool {
      var other = other
      (other.said, other.heard) = (said, heard)
      return other == self
    }
  }

  /// What was reported last.
  struct Report: Codable, Sendable, Equatable {
    var runs: [String: Int] = [:]
    var envelopes = 0
  }

  /// Names the session.
  package let session: String
  /// Seconds since 1970.
  package let began: Double
  var agents: [String: Agent] = [:]
  /// Of agents that are not known one by one any more, by role.
  var past: [String: AgentFigures] = [:]
  var reported = Report()
  /// When the last report was made, in seconds since 1970.
  package private(set) var reportedAt: Double

  package init(session: String, began: Double) {
    self.session = session
    self.began = began
    reportedAt = began
  }

  /// `now`: in seconds since 1970. What is said to be said later is said now. Whether more is known than that the agent
  /// lives.
  @discardableResult
  package mutating func note(_ event: LifecycleEvent, now: Double) -> Bool {
    let said = min(event.time, now)
    var agent = Agent(
      role: event.role, isBusy: event.isBusy, figures: event.figures, said: said, heard: now,
      hasEnded: event.event == .ends)
    if let before = agents[event.agentID] {
      let isNewer = said > before.said
      if event.event == .begins, isNewer, before.hasEnded || event.figures.runs < before.figures.runs {
        // Another process has its number now.
        forget(event.agentID)
      } else {
        guard before.role == event.role else { return false }
        agent.figures = before.figures.later(event.figures)
        if said == before.said { agent.hasEnded = agent.hasEnded || before.hasEnded }
        if said < before.said {
          (agent.isBusy, agent.said, agent.hasEnded) = (before.isBusy, before.said, before.hasEnded)
        }
      }
    } else if agents.count >= Self.maximumAgents {
      guard let gone = longestGone(now: now) else { return false }
      forget(gone)
    }
    let known = agents.updateValue(agent, forKey: event.agentID)
    return known.map { !agent.differsOnlyInTime(from: $0) } ?? true
  }

  /// Goes on from what another has noted of the same session.
  package mutating func merge(_ other: Statistics) {
    guard other.session == session else { return }
    for (id, theirs) in other.agents {
      guard let ours = agents[id] else {
        agents[id] = theirs
        continue
      }
      var later = ours.said >= theirs.said ? ours : theirs
      later.figures = ours.figures.later(theirs.figures)
      if ours.said == theirs.said { later.hasEnded = ours.hasEnded || theirs.hasEnded }
      later.heard = max(ours.heard, theirs.heard)
      agents[id] = later
    }
    past.merge(other.past) { $0 + $1 }
    if other.reportedAt >= reportedAt { (reported, reportedAt) = (other.reported, other.reportedAt) }
  }

  /// From now on this is what was reported.
  package mutating func noteReported(now: Double) {
    reported = Report(runs: byRole.mapValues(\.runs), envelopes: total.envelopes.count)
    reportedAt = now
  }

  private mutating func forget(_ id: String) {
    guard let agent = agents.removeValue(forKey: id) else { return }
    let isRoom = past[agent.role] != nil || past.count < Self.maximumPastRoles
    let role = isRoom ? agent.role : Self.otherRoles
    past[role, default: AgentFigures()] = past[role, default: AgentFigures()] + agent.figures
  }

  private func longestGone(now: Double) -> String? {
    agents.filter { $0.value.hasEnded || now - $0.value.heard > Self.silence }
      .min { $0.value.heard < $1.value.heard }?.key
  }

  var byRole: [String: AgentFigures] {
    agents.values.reduce(into: past) {
      $0[$1.role, default: AgentFigures()] = $0[$1.role, default: AgentFigures()] + $1.figures
    }
  }

  var total: AgentFigures { byRole.values.reduce(AgentFigures(), +) }

  /// In order of their ids, with numbers as numbers. At the end of the session those that have just ended too.
  func listed(now: Double, atEnd: Bool) -> [(id: String, agent: Agent)] {
    agents.filter { now - $0.value.heard <= Self.silence && (atEnd || !$0.value.hasEnded) }
      .map { (id: $0.key, agent: $0.value) }.sorted { AgentOrder.isOrdered($0.id, $1.id) }
  }
}

/// The order of agents' ids: by their parts, numbers as numbers.
enum AgentOrder {
  static func isOrdered(_ left: String, _ right: String) -> Bool {
    let (left, right) = (left.split(separator: ":"), right.split(separator: ":"))
    for (first, second) in zip(left, right) where first != second {
      if let first = Int(first), let second = Int(second), first != second { return first < second }
      return first < second
    }
    return left.count < right.count
  }
}
