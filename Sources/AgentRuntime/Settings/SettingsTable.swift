import AgentPlugins

/// All settings: what is read, how, and what it means. Names without AGENTHOST_ are the specification's.
package enum SettingsTable {
  /// auto: text on a terminal, else JSON.
  package static let logFormats = ["auto", "text", "json"]
  package static let logLevels = ["DEBUG", "INFO", "WARNING", "ERROR"]

  /// What becomes of messages of roles whose code is quarantined.
  package static let deadLetterQuarantined = "dead-letter"
  package static let quarantineMessages = ["wait", deadLetterQuarantined]

  /// Which libraries are let in.
  package static let trustOwners = "owner"
  package static let trustSignatures = "signature"
  package static let trustAll = "any"
  package static let pluginTrust = [trustOwners, trustSignatures, trustAll]

  package static let all: [Setting] = [
    .text(
      "AGENTHOST_CONFIG", nil, \.settingsFile,
      meaning: "the file with settings; unset: `agenthost.yaml` in the current folder, where it is there"),
    .text("REDIS_URL", "redis.url", \.redisURL, meaning: "the server; unset: found, or a private one"),
    .text(
      "REDIS_URL_FILE", "redis.url_file", \.redisURLFile,
      meaning: "a file that holds the server's address, instead"),
    .text(
      "AGENTHOST_REDIS_PASSWORD_FILE", "redis.password_file", \.redisPasswordFile,
      meaning: "a file that holds the password alone; read at every new connection"),
    .text(
      "AGENTHOST_TLS_CA", "redis.tls.ca", \.tlsAuthorities,
      meaning: "a file with the authorities that are trusted for `rediss://`; unset: the system's"),
    .text(
      "AGENTHOST_TLS_CERTIFICATE", "redis.tls.certificate", \.tlsCertificate,
      meaning: "a file with our certificate, for a server that asks for one"),
    .text("AGENTHOST_TLS_KEY", "redis.tls.key", \.tlsKey, meaning: "a file with its key"),
    .text(
      "AGENTHOST_TLS_SERVER_NAME", "redis.tls.server_name", \.tlsServerName,
      meaning: "the name that the server's certificate must be for, instead of the address's",
      check: { text in
        let isAddress = !text.isEmpty && text.allSatisfy { $0.isNumber || ".:[]".contains($0) }
        return isAddress ? "expected the name of a host, not an address" : nil
      }),
    .seconds(
      "REDIS_SOCKET_TIMEOUT", "redis.socket_timeout", \.redisSocketTimeout, in: 0.1...600,
      meaning: "how long a command may take"),
    .seconds(
      "REDIS_SOCKET_CONNECT_TIMEOUT", "redis.connect_timeout", \.redisSocketConnectTimeout, in: 0.1...600,
      meaning: "how long connecting may take"),
    .integer(
      "REDIS_MAX_CONNECTIONS", "redis.max_connections", \.redisMaxConnections, in: 1...1000,
      unit: "connections",
      meaning: "the most that commands are spread over; readers that block come on top"),
    .integer(
      "REDIS_RETRY_ATTEMPTS", "redis.retry_attempts", \.redisRetryAttempts, in: 0...100, unit: "attempts",
      meaning: "how often a command is sent again, where that is safe"),
    .seconds(
      "REDIS_HEALTH_CHECK_INTERVAL", "redis.health_check_interval", \.redisHealthCheckInterval,
      in: 0.1...3600,
      meaning: "between two questions whether the server is there"),
    .integer(
      "MAX_PROCESS_COUNT", "limits.process_count", \.maxProcessCount, in: 1...1_000_000, unit: "steps",
      meaning: "steps that a message may take"),
    .seconds(
      "MAX_TOTAL_PROCESSING_TIME", "limits.processing_time", \.maxTotalProcessingTime, in: 0...1e9,
      meaning: "time that agents may spend on a message"),
    .seconds(
      "MAX_ENVELOPE_AGE", "limits.envelope_age", \.maxEnvelopeAge, in: 0...1e9,
      meaning: "age that a message may reach"),
    .choice(
      "LOG_LEVEL", "log.level", \.logLevel, of: logLevels, meaning: "DEBUG, INFO, WARNING or ERROR"),
    .text(
      "LOG_DIR", "log.directory", \.logDirectory, meaning: "the folder of the log's and the statistics' files"
    ),
    .text(
      "DEBUG_LOG_FILE", "log.debug_file", \.debugLogFile,
      meaning: "the file with every line that LOG_LEVEL lets pass; empty: none"),
    .text(
      "INFO_LOG_FILE", "log.info_file", \.infoLogFile,
      meaning: "the file with the lines of INFO and above; empty: none"),
    .choice(
      "AGENTHOST_LOG_FORMAT", "log.format", \.logFormat, of: logFormats,
      meaning:
        "text, json, or auto: text on a terminal, else lines of JSON; files have JSON unless it is text"),
    .text(
      "AGENTHOST_METRICS", "metrics.address", \.metricsAddress,
      meaning:
        "where monitors get `/metrics`, `/healthz` and `/readyz`, such as `127.0.0.1:9464`; unset: nowhere",
      check: {
        $0.isEmpty || ListenAddress($0) != nil ? nil : "expected an address and a port, as 127.0.0.1:9464"
      }),
    .seconds(
      "REPORT_INTERVAL_SECONDS", "statistics.interval", \.reportInterval, in: 0.1...86_400,
      meaning: "between two statistics of what the agents have done"),
    .text(
      "AGENTHOST_AGENTS_DIR", "agents.directory", \.agentsDirectory,
      meaning: "the folder with the agents' libraries"),
    .seconds(
      "AGENTHOST_WATCH_INTERVAL", "agents.watch_interval", \.watchInterval, in: 0...3600,
      meaning: "between two looks at the agents' folder, with a reload when it has changed; 0: none"),
    .choice(
      "AGENTHOST_PLUGIN_TRUST", "plugins.trust", \.pluginTrust, of: pluginTrust,
      meaning:
        "owner: libraries that only root and the host's user can have written; signature: those that a trusted key has signed; any"
    ),
    .text(
      "AGENTHOST_PLUGIN_KEYS", "plugins.keys", \.pluginKeys,
      meaning: "the folder with the trusted public keys, `*.pub`"),
    .seconds(
      "AGENTHOST_LOAD_TIMEOUT", "plugins.load_timeout", \.loadTimeout, in: 0.1...3600,
      meaning: "how long one step of bringing a library in may take; reading it has 30 s at least"),
    .text(
      "AGENTHOST_DATA_DIR", "data_directory", \.dataDirectory,
      meaning: "the private server's data and copies of libraries; unset: in the user's state folder"),
    .text(
      "AGENTHOST_KEY_PREFIX", "redis.key_prefix", \.keyPrefix,
      meaning: "goes before every key; may be a hash tag",
      check: { text in
        text.utf8.allSatisfy { (33...126).contains($0) } && text.utf8.count <= 128
          ? nil : "expected at most 128 printable ASCII characters without spaces"
      }),
    .integer(
      "AGENTHOST_CONCURRENCY", "agents.concurrency", \.concurrency, in: 1...4096, unit: "messages",
      meaning: "messages at once for an agent that does not say"),
    .integer(
      "AGENTHOST_MAX_ENVELOPE_BYTES", "limits.envelope_bytes", \.maxEnvelopeBytes, in: 1024...(256 << 20),
      unit: "bytes",
      meaning: "size that an envelope may have"),
    .integer(
      "AGENTHOST_MAX_DELIVERIES", "limits.deliveries", \.maxDeliveries, in: 1...1000, unit: "deliveries",
      meaning: "how often an entry is given to an agent before it is a dead letter"),
    .integer(
      "AGENTHOST_QUARANTINE_CRASHES", "quarantine.crashes", \.quarantineCrashes, in: 1...1000,
      unit: "workers",
      meaning: "how many workers an agent's code may kill before no host loads it any more"),
    .seconds(
      "AGENTHOST_QUARANTINE_WINDOW", "quarantine.window", \.quarantineWindow, in: 1...1e6,
      meaning: "the time in which these are counted"),
    .choice(
      "AGENTHOST_QUARANTINE_MESSAGES", "quarantine.messages", \.quarantineMessages, of: quarantineMessages,
      meaning: "wait, or dead-letter: what messages do whose role's code is quarantined and served by nobody"),
    .seconds(
      "AGENTHOST_STALL_WARNING", "workers.stall_warning", \.stallWarning, in: 0.25...1e6,
      meaning: "how long an agent may keep a thread without yielding before the log says so"),
    .seconds(
      "AGENTHOST_LOST_THREAD", "workers.lost_thread", \.lostThread, in: 0.5...1e6,
      meaning:
        "how long agents may keep a thread for work that nobody waits for, or all of Swift's tasks from running; then their worker is replaced"
    ),
    .integer(
      "AGENTHOST_WORKER_MEMORY", "workers.memory", \.workerMemory, in: 0...(1 << 30), unit: "MiB",
      meaning: "memory from which on a worker is replaced; 0: it may take any"),
    .integer(
      "AGENTHOST_MAX_GENERATIONS", "plugins.max_generations", \.maxGenerations, in: 1...1_000_000,
      unit: "generations",
      meaning: "code of libraries before their last exchange, kept in memory, at which a worker is replaced"),
    .seconds(
      "AGENTHOST_LEASE", "delivery.lease", \.lease, in: 0.5...3600,
      meaning: "how long an entry stays with a host that is not heard of"),
    .seconds(
      "AGENTHOST_FOREIGN_LEASE", "delivery.foreign_lease", \.foreignLease, in: 1...1e6,
      meaning: "the same for consumers that are not agenthost's"),
    .seconds(
      "AGENTHOST_TASK_TIMEOUT", "limits.task_timeout", \.taskTimeout,
      in: 0.001...LibrarySettings.maximumTimeout,
      meaning: "time for one message, where it does not say"),
    .seconds(
      "AGENTHOST_MAX_TASK_TIMEOUT", "limits.max_task_timeout", \.maxTaskTimeout, in: 0.001...1e6,
      meaning: "the most that a message may ask for"),
    .integer(
      "AGENTHOST_RESULT_TTL", "delivery.result_ttl", \.resultTimeToLive, in: 1...(1 << 31), unit: "seconds",
      meaning: "how long an unread result list of one request is kept"),
    .integer(
      "AGENTHOST_TRACE_TTL", "traces.ttl", \.traceTimeToLive, in: 0...(1 << 31), unit: "seconds",
      meaning: "how long the way of a request that has ended can be shown; 0: none is kept"),
    .integer(
      "AGENTHOST_TRACE_RATE", "traces.rate", \.traceRate, in: 0...1_000_000, unit: "requests/s",
      meaning:
        "requests of which a worker keeps the way, and as many again of those that failed; 0: every one"),
    .integer(
      "AGENTHOST_REQUEST_TTL", "delivery.request_ttl", \.requestTimeToLive, in: 1...(1 << 31),
      unit: "seconds",
      meaning: "how long it is known how a request ended, so that it ends once"),
    .seconds(
      "AGENTHOST_SHUTDOWN_GRACE", "workers.shutdown_grace", \.shutdownGrace, in: 0...3600,
      meaning: "how long messages in work may take at the end"),
  ]

  /// What agents are not told: how to reach the server.
  private static let hidden: Set<String> = [
    "AGENTHOST_CONFIG", "REDIS_URL", "REDIS_URL_FILE", "AGENTHOST_REDIS_PASSWORD_FILE", "AGENTHOST_TLS_CA",
    "AGENTHOST_TLS_CERTIFICATE", "AGENTHOST_TLS_KEY", "AGENTHOST_TLS_SERVER_NAME",
  ]

  /// What agents may know of `settings`, by the variables' names.
  package static func visible(_ settings: Settings) -> [String: String] {
    let visible = all.filter { !hidden.contains($0.environment) }
    return Dictionary(visible.map { ($0.environment, $0.show(settings)) }) { first, _ in first }
  }

  /// The rows as a table of Markdown; README holds the same text.
  package static var markdown: String {
    let defaults = Settings()
    var lines = ["| Variable | In the file | Unit | Default | Meaning |", "|---|---|---|---|---|"]
    for setting in all {
      let value = setting.show(defaults)
      let shown = value.isEmpty ? "unset" : "`\(value)`"
      let key = setting.key.map { "`\($0)`" } ?? ""
      lines.append("| `\(setting.environment)` | \(key) | \(setting.unit) | \(shown) | \(setting.meaning) |")
    }
    return lines.joined(separator: "\n")
  }
}
