package import AgentStreams

/// A line about a role.
package struct TopRole: Sendable, Equatable {
  package var status: RoleStatus
  package var oldestWait: Double?
  /// Nil: not known yet.
  package var rate: WorkRate?
}

/// A line about an agent.
package struct TopAgent: Sendable, Equatable {
  package var status: AgentStatus
  package var place: String
  package var rate: WorkRate?
}

/// What is shown, before it is put in order.
package struct TopRows: Sendable, Equatable {
  package var roles: [TopRole]
  package var agents: [TopAgent]

  package init(_ snapshot: SystemSnapshot, _ rates: WorkRates) {
    var byRole: [String: WorkRate] = [:]
    var agents: [TopAgent] = []
    for worker in snapshot.workers {
      for agent in worker.agents {
        let rate = rates.rate(of: agent.id, in: worker.incarnation)
        if let rate { byRole[agent.role] = (byRole[agent.role] ?? WorkRate()) + rate }
        agents.append(TopAgent(status: agent, place: worker.placeName, rate: rate))
      }
    }
    self.agents = agents
    roles = snapshot.roles.map {
      TopRole(status: $0, oldestWait: snapshot.oldestWait(of: $0), rate: byRole[$0.role])
    }
  }

  /// Only what has `text` in its role's name, in whatever case.
  package func filtered(_ text: String) -> TopRows {
    if text.isEmpty { return self }
    let text = text.lowercased()
    var kept = self
    kept.roles.removeAll { !$0.status.role.lowercased().contains(text) }
    kept.agents.removeAll { !$0.status.role.lowercased().contains(text) }
    return kept
  }

  package func sorted(by column: TopColumn, isReversed: Bool) -> TopRows {
    var sorted = self
    sorted.roles.sort { left, right in
      column.goesBefore(left, right, isReversed: isReversed)
    }
    sorted.agents.sort { left, right in
      column.goesBefore(left, right, isReversed: isReversed)
    }
    return sorted
  }
}
