package import AgentStreams
import RedisClient
package import StrictJSON

/// How a system stands, for programs.
package enum StatusJSON {
  package static func value(_ snapshot: SystemSnapshot) -> JSONValue {
    let desired = snapshot.desired
    return .object([
      .init("workers", .array(snapshot.workers.map(worker))),
      .init("paused", .array(desired.pausedRoles.sorted().map { .string($0) })),
      .init("quarantined", .array(desired.quarantined.keys.sorted().map { .string($0) })),
      .init("hosts", .array(snapshot.hosts.map(host))),
      .init("roles", .array(snapshot.roles.map { role($0, snapshot) })),
      .init("redis", redis(snapshot.server)), .init("time", .number(snapshot.time)),
      .init("complete", .bool(snapshot.isComplete)),
    ])
  }

  private static func worker(_ worker: WorkerStatus) -> JSONValue {
    .object([
      .init("worker", .string(worker.incarnation)), .init("host", .string(worker.host)),
      .init("place", .string(worker.placeName)),
      .init("pid", .number(worker.processID)), .init("started", .number(worker.started)),
      .init("version", .string(worker.version)), .init("deaths", .number(worker.deaths)),
      .init("last_death", worker.lastDeath.isEmpty ? .null : .string(worker.lastDeath)),
      .init("roles", .array(worker.roles.sorted().map { .string($0) })),
      .init("agents", .array(worker.agents.map { .string($0.id) })),
      .init("agents_status", .array(worker.agents.map(\.json))),
      .init("libraries", .array(worker.libraries.map(\.json))),
      .init("past_generations", .number(worker.pastGenerations)),
      .init("heard_seconds_ago", number(worker.silence)),
    ])
  }

  private static func host(_ host: HostStatus) -> JSONValue {
    .object([
      .init("host", .string(host.name)),
      .init("workers", .array(host.workers.map { .string($0.incarnation) })),
      .init("versions", .array(host.versions.map { .string($0) })), .init("since", .number(host.since)),
      .init("agents", .number(host.agents)), .init("deaths", .number(host.deaths)),
      .init("health", .string(host.troubles.isEmpty ? "ok" : "degraded")),
      .init("troubles", .array(host.troubles.map { .string($0) })),
      .init("places_without_worker", .array(host.placesWithoutWorker.map { .string($0) })),
    ])
  }

  private static func role(_ role: RoleStatus, _ snapshot: SystemSnapshot) -> JSONValue {
    let work = snapshot.work[role.role]
    return .object([
      .init("role", .string(role.role)), .init("agents", .number(role.agents)),
      .init("waiting", .number(role.waiting)),
      .init("oldest_waiting_seconds", number(snapshot.oldestWait(of: role))),
      .init("in_work", .number(role.inWork)), .init("delayed", .number(role.delayed)),
      .init("dead_letters", .number(role.deadLetters)), .init("runs", .number(work?.runs ?? 0)),
      .init("errors", .number(work?.errors ?? 0)),
      .init("runs_per_second", number(work?.rate(at: snapshot.time))),
      .init("mean_seconds", number(work?.average)), .init("paused", .bool(role.isPaused)),
      .init("broken", .bool(role.isBroken)),
    ])
  }

  private static func redis(_ server: ServerFacts) -> JSONValue {
    .object([
      .init("version", .string(server.information["redis_version"] ?? "")),
      .init("memory_bytes", .number(server.count("used_memory"))),
      .init("clients", .number(server.count("connected_clients"))),
      .init("operations_per_second", .number(server.count("instantaneous_ops_per_sec"))),
    ])
  }

  private static func number(_ value: Double?) -> JSONValue { value.map { .number($0) } ?? .null }
}
