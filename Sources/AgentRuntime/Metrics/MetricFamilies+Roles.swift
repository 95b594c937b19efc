import AgentStreams

extension MetricFamily {
  /// Of roles beyond that many, in the order of their names, nothing is said: each is a series of its own for whoever
  /// keeps them.
  static let maximumRoles = 500

  /// How the streams of a host's roles stand, which they share with all hosts of the server. `time` is by the server's clock.
  static func roles(_ roles: [RoleStatus], at time: Double) -> [MetricFamily] {
    var agents = MetricFamily("agenthost_role_agents", .gauge, "Agents of this host that serve the role.")
    var waiting = MetricFamily("agenthost_role_waiting", .gauge, "Messages that no reader has got yet.")
    var oldest = MetricFamily(
      "agenthost_role_oldest_waiting_seconds", .gauge,
      "How long the oldest message has waited; 0: none waits.")
    var pending = MetricFamily(
      "agenthost_role_in_work", .gauge, "Messages that readers have got and not settled yet.")
    var delayed = MetricFamily("agenthost_role_delayed", .gauge, "Messages that are not due yet.")
    var dead = MetricFamily("agenthost_role_dead_letters", .gauge, "Messages that nobody can work on.")
    var paused = MetricFamily("agenthost_role_paused", .gauge, "1 where nothing is taken for the role.")
    for status in roles.prefix(maximumRoles) {
      let role = Label("role", status.role)
      agents.add(Double(status.agents), role)
      waiting.add(Double(status.waiting), role)
      oldest.add(status.oldestWaiting.map { max(0, time - $0) } ?? 0, role)
      pending.add(Double(status.inWork), role)
      delayed.add(Double(status.delayed), role)
      dead.add(Double(status.deadLetters), role)
      paused.add(status.isPaused ? 1 : 0, role)
    }
    return [agents, waiting, oldest, pending, delayed, dead, paused]
  }

  /// What the workers of a host have done since they began, by their places.
  static func work(_ workers: [WorkerStatus]) -> [MetricFamily] {
    var counters = Self.counters.map { (family: MetricFamily($0.name, .counter, $0.help), path: $0.path) }
    var durations = MetricFamily(
      "agenthost_message_seconds", .histogram, "How long agents worked on a message, waiting included.")
    for worker in workers {
      let place = Label("place", worker.placeName)
      for totals in worker.work.prefix(maximumRoles) {
        let role = Label("role", totals.role)
        for index in counters.indices {
          counters[index].family.add(Double(totals[keyPath: counters[index].path]), role, place)
        }
        durations.add(
          histogram: totals.durations, bounds: RoleTotals.bounds, sum: totals.seconds, role, place)
      }
    }
    return counters.map(\.family) + [durations]
  }

  private static let counters: [(name: String, path: any KeyPath<RoleTotals, Int> & Sendable, help: String)] =
    [
      ("agenthost_messages_total", \.runs, "Messages that agents have worked on."),
      ("agenthost_message_errors_total", \.errors, "Messages on which agents failed, or took too long."),
      ("agenthost_message_timeouts_total", \.timeouts, "Messages that took too long."),
      ("agenthost_message_retries_total", \.retries, "Messages that are to be tried again."),
      (
        "agenthost_messages_dead_total", \.deadLetters,
        "Messages that became dead letters after an agent's work."
      ),
      ("agenthost_messages_refused_total", \.refused, "Messages beyond a limit, or no envelopes at all."),
      ("agenthost_redeliveries_total", \.redeliveries, "Messages that had been given out before."),
    ]
}
