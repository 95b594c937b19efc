/// What has been done for a role by the workers that live, since each began.
package struct RoleWork: Sendable, Equatable {
  package var runs = 0
  package var errors = 0
  package var seconds = 0.0
  /// When the first of the workers began that serve it, in seconds since 1970; nil: none serves it.
  package var since: Double?

  package init() {}

  private mutating func add(runs: Int, errors: Int, seconds: Double, since: Double) {
    // Anybody may have written the figures.
    self.runs = self.runs.addingReportingOverflow(max(0, runs)).partialValue
    self.errors = self.errors.addingReportingOverflow(max(0, errors)).partialValue
    self.seconds += max(0, seconds)
    if since > 0 { self.since = min(self.since ?? since, since) }
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
      for done in worker.work {
        all[done.role, default: RoleWork()].add(
          runs: done.runs, errors: done.errors, seconds: done.seconds, since: worker.started)
      }
    }
    return all
  }
}
