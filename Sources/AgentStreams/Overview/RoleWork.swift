/// What the agents of a role have done since they began.
package struct RoleWork: Sendable, Equatable {
  package var runs = 0
  package var errors = 0
  package var seconds = 0.0
  /// When the first of the workers began that serve it, in seconds since 1970; nil: none serves it.
  package var since: Double?

  package init() {}

  mutating func add(_ agent: AgentStatus, of worker: WorkerStatus) {
    // Anybody may have written the figures.
    runs = runs.addingReportingOverflow(max(0, agent.runs)).partialValue
    errors = errors.addingReportingOverflow(max(0, agent.errors)).partialValue
    seconds += max(0, agent.runSeconds)
    if worker.started > 0 { since = min(since ?? worker.started, worker.started) }
  }

  /// Messages a second since then.
  package func rate(at time: Double) -> Double? {
    guard let since, time > since else { return nil }
    return Double(runs) / (time - since)
  }

  /// Seconds for one message.
  package var average: Double? { runs > 0 ? seconds / Double(runs) : nil }

  /// By role.
  package static func all(_ workers: [WorkerStatus]) -> [String: RoleWork] {
    var all: [String: RoleWork] = [:]
    for worker in workers {
      for agent in worker.agents { all[agent.role, default: RoleWork()].add(agent, of: worker) }
    }
    return all
  }
}
