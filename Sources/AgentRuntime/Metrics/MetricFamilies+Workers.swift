import AgentPlugins
import AgentStreams
import RedisClient

extension MetricFamily {
  /// The workers of a host, and what they have loaded.
  /// `crashes`: workers that code has killed of late, by its hash.
  static func workers(
    _ workers: [WorkerStatus], _ desired: DesiredState, crashes: [String: Int]
  ) -> [MetricFamily] {
    var build = MetricFamily("agenthost_build_info", .gauge, "1, with the version of what runs.")
    build.add(1, Label("version", Release.version.description))
    var deaths = MetricFamily(
      "agenthost_worker_deaths_total", .counter, "Workers of the place that died since the host began.")
    var started = MetricFamily(
      "agenthost_worker_start_time_seconds", .gauge, "When the place's worker began, since 1970.")
    var generation = MetricFamily(
      "agenthost_library_generation", .gauge,
      "How often the worker has brought the library in; 0: it does not run.")
    var refused = MetricFamily(
      "agenthost_library_refused", .gauge, "1 for a file that is not what runs, by the step that refused it.")
    var killed = MetricFamily(
      "agenthost_library_crashes", .gauge,
      "Workers of all hosts that the library's code has killed within AGENTHOST_QUARANTINE_WINDOW.")
    var quarantined = MetricFamily(
      "agenthost_quarantined_code", .gauge, "Versions of libraries that no host loads any more.")
    quarantined.add(Double(desired.quarantined.count))
    for worker in workers {
      let place = Label("place", worker.placeName)
      deaths.add(Double(worker.deaths), place)
      started.add(worker.started, place)
      for library in worker.libraries.prefix(maximumRoles) {
        let name = Label("library", library.name)
        let code = Label("code", String(library.hash.prefix(12)))
        generation.add(Double(library.generation), name, code, place)
        if let count = crashes[library.hash] { killed.add(Double(count), name, code, place) }
        if let refusal = library.refusal { refused.add(1, name, Label("step", refusal.step), place) }
      }
    }
    return [build, deaths, started, generation, killed, refused, quarantined]
  }

  /// Libraries that were refused, by the step at which they were.
  static func refusals(_ counts: [String: Int]) -> MetricFamily {
    var family = MetricFamily(
      "agenthost_library_refusals_total", .counter, "Looks at a library that refused it, by the step.")
    for (step, count) in counts.sorted(by: { $0.key < $1.key }) {
      family.add(Double(count), Label("step", step))
    }
    return family
  }

  static func commits(_ counters: CommitCounters) -> [MetricFamily] {
    var batches = MetricFamily("agenthost_commit_batches_total", .counter, "Calls that committed outcomes.")
    batches.add(Double(counters.batches))
    var repeated = MetricFamily(
      "agenthost_commit_batches_repeated_total", .counter, "Calls that failed, or whose answer was lost.")
    repeated.add(Double(counters.repeated))
    var outcomes = MetricFamily(
      "agenthost_commits_total", .counter, "Outcomes, by what the server made of them.")
    for (status, count) in [
      ("done", counters.done), ("not_ours", counters.notOurs), ("ended", counters.ended),
      ("refused", counters.refused), ("ambiguous", counters.ambiguous),
    ] { outcomes.add(Double(count), Label("status", status)) }
    return [batches, repeated, outcomes]
  }

  @IOActor
  static func redis(_ client: RedisClient) -> [MetricFamily] {
    let health = client.health
    var isUp = MetricFamily("agenthost_redis_up", .gauge, "1 while a connection to the server stands.")
    isUp.add(health.state == .connected ? 1 : 0)
    var made = MetricFamily("agenthost_redis_connections_made_total", .counter, "Connections that were made.")
    made.add(Double(client.connectionsMade))
    var open = MetricFamily(
      "agenthost_redis_connections", .gauge,
      "Pipelined connections that are open, beside those of readers that block.")
    open.add(Double(client.connectionsOpen))
    var waiting = MetricFamily(
      "agenthost_redis_commands_waiting", .gauge, "Commands for which no connection has room.")
    waiting.add(Double(client.commandsWaiting))
    var failures = MetricFamily(
      "agenthost_redis_failures_total", .counter,
      "Connections that were lost or could not be made, and PINGs unanswered.")
    failures.add(Double(health.failures))
    var latency = MetricFamily("agenthost_redis_ping_seconds", .gauge, "How long the last PING took.")
    if let last = health.latency.last { latency.add(last / .seconds(1)) }
    return [isUp, made, open, waiting, failures, latency]
  }

  static func process(_ figures: ProcessFigures) -> [MetricFamily] {
    [
      ("process_cpu_seconds_total", .counter, "Time on the processors.", figures.processorSeconds),
      ("process_resident_memory_bytes", .gauge, "Memory that the worker has.", figures.residentBytes),
      ("process_virtual_memory_bytes", .gauge, "Addresses that the worker has.", figures.virtualBytes),
      ("process_open_fds", .gauge, "Descriptors that are open.", figures.openDescriptors),
      ("process_max_fds", .gauge, "Descriptors that may be open.", figures.maximumDescriptors),
      ("process_threads", .gauge, "Threads of the worker.", figures.threads),
    ].compactMap { (name: String, kind: Kind, help: String, value: Double?) in
      guard let value else { return nil }
      var family = MetricFamily(name, kind, help)
      family.add(value)
      return family
    }
  }
}
