import AgentStreams

/// What lines are sorted by: names from the first to the last, figures from the largest to the smallest.
package enum TopColumn: String, Sendable, CaseIterable {
  case role, agents, waiting, oldest, work, rate, errors, time

  package var next: TopColumn {
    let all = Self.allCases
    return all[((all.firstIndex(of: self) ?? 0) + 1) % all.count]
  }

  /// Nil where it is by the name.
  private func figure(_ role: TopRole) -> Double? {
    switch self {
    case .role: nil
    case .agents: Double(role.status.agents)
    case .waiting: Double(role.status.waiting)
    case .oldest: role.oldestWait ?? -1
    case .work: Double(role.status.inWork)
    case .rate: role.rate?.runs ?? -1
    case .errors: role.rate?.errors ?? -1
    case .time: role.rate?.average ?? -1
    }
  }

  /// Of what an agent does not have, the role says where it stands.
  private func figure(_ agent: TopAgent) -> Double? {
    switch self {
    case .role, .agents, .waiting, .oldest: nil
    case .work: Double(agent.status.inWork)
    case .rate: agent.rate?.runs ?? -1
    case .errors: agent.rate?.errors ?? -1
    case .time: agent.rate?.average ?? -1
    }
  }

  func goesBefore(_ left: TopRole, _ right: TopRole, isReversed: Bool) -> Bool {
    goesBefore(figure(left), figure(right), [left.status.role], [right.status.role], isReversed)
  }

  func goesBefore(_ left: TopAgent, _ right: TopAgent, isReversed: Bool) -> Bool {
    goesBefore(
      figure(left), figure(right), [left.status.role, left.status.id], [right.status.role, right.status.id],
      isReversed)
  }

  /// Where figures are equal the names decide, in one order whatever is reversed.
  private func goesBefore(
    _ left: Double?, _ right: Double?, _ leftNames: [String], _ rightNames: [String], _ isReversed: Bool
  ) -> Bool {
    if let left, let right {
      if left == right { return leftNames.lexicographicallyPrecedes(rightNames) }
      return (left > right) != isReversed
    }
    let isBefore = leftNames.lexicographicallyPrecedes(rightNames)
    return isReversed ? leftNames != rightNames && !isBefore : isBefore
  }
}
