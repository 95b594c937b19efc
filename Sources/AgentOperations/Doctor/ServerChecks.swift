import AgentRuntime
import AgentStreams
import RedisClient

extension Check {
  static let server: [Check] =
    [
      .local("redis-unreachable") { examination in
        guard let failure = examination.failure else { return [] }
        return [
          Finding(
            .problem, found: failure.why,
            fix: failure.isUnreachable
              ? "start Redis, or `agenthost run`, which starts one where none is found; see `agenthost config show` "
                + "for which server is meant"
              : "see what the server says; keys of agenthost have to hold what agenthost has put there, and its user "
                + "needs the right to read them")
        ]
      },
      .server("redis-version") { server, _ in
        let version = server.facts.information["redis_version"] ?? ""
        guard isOld(version) else { return [] }
        return [
          Finding(
            .problem, found: "Redis is version \(version), and lacks commands that are used",
            fix: "Redis \(DoctorLimits.oldestVersion.map { String($0) }.joined(separator: ".")) or later")
        ]
      },
      .server("redis-replica") { server, _ in
        guard server.facts.information["role"] == "slave" else { return [] }
        return [
          Finding(
            .problem, found: "this server is a replica, and takes no writes",
            fix: "let REDIS_URL lead to the master, \(server.facts.information["master_host"] ?? "")")
        ]
      },
      .server("redis-may-lose") { server, _ in
        DurabilityRisk.all(in: server.facts.configuration).map { risk in
          Finding(.problem, found: risk.description, fix: fix(risk))
        }
      },
      .server("redis-writes") { server, _ in failedWrites(server.facts) },
    ] + load + [
      .server("redis-idle-timeout") { server, examination in
        let timeout = server.facts.configuredCount("timeout")
        guard timeout > 0, Double(timeout) <= examination.settings.redisHealthCheckInterval else { return [] }
        return [
          Finding(
            .advice,
            found: "Redis closes connections that are idle for \(timeout) s, before the next question of "
              + "REDIS_HEALTH_CHECK_INTERVAL goes over them",
            fix: "redis-cli CONFIG SET timeout 0, or REDIS_HEALTH_CHECK_INTERVAL below \(timeout)")
        ]
      },
      .server("redis-cluster") { server, examination in
        let prefix = examination.settings.keyPrefix
        let isOneSlot = prefix.contains("{") && prefix.contains("}") && !prefix.contains("{}")
        guard server.facts.count("cluster_enabled") == 1, !isOneSlot else { return [] }
        return [
          Finding(
            .problem, found: "Redis is a cluster's node, and agenthost speaks to one server",
            fix:
              "AGENTHOST_KEY_PREFIX with a hash tag, as {agenthost}:, and the address of the node that has its slot"
          )
        ]
      },
      .server("clock-skew") { server, _ in
        guard server.skew.certain > DoctorLimits.clockSkew else { return [] }
        let direction = server.skew.seconds > 0 ? "before" : "behind"
        return [
          Finding(
            .problem,
            found:
              "this machine's clock goes \(FigureText.age(server.skew.seconds.magnitude)) \(direction) that of "
              + "Redis (± \(FigureText.duration(server.skew.error))): ages and deadlines of messages are judged by it",
            fix: "set both clocks by NTP: `timedatectl set-ntp true`")
        ]
      },
    ]

  private static let load: [Check] = [
    .server("redis-memory") { server, _ in
      let limit = server.facts.count("maxmemory")
      let used = server.facts.count("used_memory")
      guard limit > 0, Double(used) >= Double(limit) * DoctorLimits.fullShare else { return [] }
      return [
        Finding(
          .problem,
          found: "Redis uses \(FigureText.bytes(used)) of the \(FigureText.bytes(limit)) that it may",
          fix: "raise maxmemory, or see what takes it: `agenthost status`, redis-cli --bigkeys")
      ]
    },
    .server("redis-clients") { server, _ in
      let limit = server.facts.configuredCount("maxclients")
      let used = server.facts.count("connected_clients")
      guard limit > 0, Double(used) >= Double(limit) * DoctorLimits.fullShare else { return [] }
      return [
        Finding(
          .problem, found: "Redis has \(used) connections of the \(limit) that it may have",
          fix: "raise maxclients, or see whose they are: redis-cli CLIENT LIST")
      ]
    },
  ]

  static func isOld(_ version: String) -> Bool {
    let parts = version.split(separator: ".").prefix(2).compactMap { Int($0) }
    // One that says nothing is not known to be old.
    guard parts.count == 2 else { return false }
    return parts.lexicographicallyPrecedes(DoctorLimits.oldestVersion)
  }

  private static func fix(_ risk: DurabilityRisk) -> String {
    switch risk {
    case .eviction: "redis-cli CONFIG SET maxmemory-policy noeviction, and CONFIG REWRITE"
    case .noPersistence: "redis-cli CONFIG SET appendonly yes, and CONFIG REWRITE"
    }
  }

  private static func failedWrites(_ facts: ServerFacts) -> [Finding] {
    var found: [Finding] = []
    let stops =
      facts.configuration["stop-writes-on-bgsave-error"] != "no" && facts.configuration["save"] != ""
    if facts.information["rdb_last_bgsave_status"] == "err" {
      found.append(
        Finding(
          stops ? .problem : .advice,
          found: "the last snapshot of Redis failed" + (stops ? ", and it takes no writes" : ""),
          fix: "see Redis' log for why; mostly its disk is full or may not be written"))
    }
    if facts.information["aof_last_write_status"] == "err" {
      found.append(
        Finding(
          .problem, found: "Redis could not write its append-only file",
          fix: "see Redis' log for why; mostly its disk is full"))
    }
    return found
  }
}
