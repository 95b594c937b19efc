package import AgentStreams

/// What an agent does in a second.
package struct WorkRate: Sendable, Equatable {
  package var runs = 0.0
  package var errors = 0.0
  /// Seconds of work.
  package var seconds = 0.0

  package init(runs: Double = 0, errors: Double = 0, seconds: Double = 0) {
    self.runs = runs
    self.errors = errors
    self.seconds = seconds
  }

  /// Seconds for one message; nil: there was none.
  package var average: Double? { runs > 0 ? seconds / runs : nil }

  package static func + (left: WorkRate, right: WorkRate) -> WorkRate {
    WorkRate(
      runs: left.runs + right.runs, errors: left.errors + right.errors, seconds: left.seconds + right.seconds)
  }
}

/// Rates, from what each worker has counted between its last two signs of life: what it says changes with these alone,
/// and two looks can see the same one.
package struct WorkRates: Sendable {
  /// Two signs of life are further apart: what looks like less is the same one, measured anew.
  private static let sameSign = 0.1

  private struct Heard: Sendable {
    var time: Double
    var agents: [String: AgentStatus]
    /// Nil until it was heard of twice.
    var rates: [String: WorkRate]?
  }

  private var workers: [String: Heard] = [:]

  package init() {}

  /// Workers that are not in it any more are forgotten, and what they have counted with them.
  package mutating func look(at snapshot: SystemSnapshot) {
    var seen: [String: Heard] = [:]
    for worker in snapshot.workers {
      let time = snapshot.time - (worker.silence ?? 0)
      let agents = Dictionary(worker.agents.map { ($0.id, $0) }) { first, _ in first }
      guard let before = workers[worker.incarnation] else {
        seen[worker.incarnation] = Heard(time: time, agents: agents, rates: nil)
        continue
      }
      guard time - before.time > Self.sameSign else {
        seen[worker.incarnation] = before
        continue
      }
      seen[worker.incarnation] = Heard(
        time: time, agents: agents,
        rates: agents.mapValues { Self.rate($0, since: before.agents[$0.id], within: time - before.time) })
    }
    workers = seen
  }

  /// Whether each worker was heard of twice.
  package var areKnown: Bool { workers.values.allSatisfy { $0.rates != nil } }

  /// Nil: not known yet.
  package func rate(of agent: String, in incarnation: String) -> WorkRate? {
    workers[incarnation]?.rates?[agent]
  }

  /// One that was not there before has counted from nothing.
  private static func rate(_ agent: AgentStatus, since before: AgentStatus?, within seconds: Double)
    -> WorkRate
  {
    func difference(_ path: KeyPath<AgentStatus, Int>) -> Double {
      max(0, Double(agent[keyPath: path]) - Double(before?[keyPath: path] ?? 0))
    }
    return WorkRate(
      runs: difference(\.runs) / seconds, errors: difference(\.errors) / seconds,
      seconds: max(0, agent.runSeconds - (before?.runSeconds ?? 0)) / seconds)
  }
}
