package import RedisClient

/// All that is known of a running system at one moment.
package struct SystemSnapshot: Sendable, Equatable {
  /// By the server's clock, in seconds since 1970.
  package var time: Double
  package var workers: [WorkerStatus] = []
  package var roles: [RoleStatus] = []
  package var desired = DesiredState()
  package var server = ServerFacts()
  /// Whether there were more keys than were looked at.
  package var isComplete = true

  package init(time: Double) {
    self.time = time
  }

  package var hosts: [HostStatus] { HostStatus.all(workers) }
  package var work: [String: RoleWork] { RoleWork.all(workers) }

  /// For how long the oldest message of a role has waited; nil: none waits. Ids of entries are their senders' to choose.
  package func oldestWait(of role: RoleStatus) -> Double? { role.oldestWaiting.map { max(0, time - $0) } }
}
