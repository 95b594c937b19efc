import AgentPlugins
import AgentStreams
import NIOCore
import RedisClient

/// What this worker has done for one role; it stays when agents come and go.
@IOActor
final class RoleCounter {
  private(set) var totals: RoleTotals

  fileprivate init(role: String) { totals = RoleTotals(role: role) }

  /// A message was given out, for the first time or again.
  func received(deliveries: Int) {
    if deliveries > 1 { totals.redeliveries += 1 }
  }

  /// No agent was given it.
  func refused() { totals.refused += 1 }

  /// An agent has worked on a message; `writes` is what came of it.
  func worked(_ result: Outcome.Result, failed: Bool, _ duration: TimeAmount, _ writes: CommitWrites) {
    totals.runs += 1
    totals.took(Double(duration.nanoseconds) / 1e9)
    if case .timedOut = result { totals.timeouts += 1 }
    guard failed else { return }
    totals.errors += 1
    if writes.contains(where: \.isDeadLetter) {
      totals.deadLetters += 1
    } else if case .actions(let actions) = result, actions.contains(where: { $0.verb == .retry }),
      !writes.endsRequest
    {
      totals.retries += 1
    }
  }
}

/// The counters of all roles that this worker has served.
@IOActor
final class RoleCounters {
  private var counters: [String: RoleCounter] = [:]

  nonisolated init() {}

  func counter(of role: String) -> RoleCounter {
    if let counter = counters[role] { return counter }
    let counter = RoleCounter(role: role)
    counters[role] = counter
    return counter
  }

  /// By name.
  var all: [RoleTotals] { counters.values.map(\.totals).sorted { $0.role < $1.role } }
}

extension CommitWrite {
  var isDeadLetter: Bool { if case .deadLetter = self { true } else { false } }
}
