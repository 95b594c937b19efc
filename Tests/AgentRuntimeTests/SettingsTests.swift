import Testing

@testable import AgentRuntime

@Suite struct SettingsTests {
  struct Row: Sendable, CustomTestStringConvertible {
    let name: String
    let unit: String
    /// As the table shows it.
    let byDefault: String
    /// Texts that are accepted, and how they are shown.
    let good: [String: String]
    let bad: [String]

    var testDescription: String { name }
  }

  static let rows: [Row] = [
    Row(name: "REDIS_URL", unit: "text", byDefault: "", good: ["redis://h:1/2": "redis://h:1/2"], bad: []),
    Row(name: "REDIS_URL_FILE", unit: "text", byDefault: "", good: ["/run/url": "/run/url"], bad: []),
    Row(
      name: "AGENTHOST_REDIS_PASSWORD_FILE", unit: "text", byDefault: "", good: ["/run/p": "/run/p"], bad: []),
    Row(name: "AGENTHOST_TLS_CA", unit: "text", byDefault: "", good: ["/ca.pem": "/ca.pem"], bad: []),
    Row(name: "AGENTHOST_TLS_CERTIFICATE", unit: "text", byDefault: "", good: [:], bad: []),
    Row(name: "AGENTHOST_TLS_KEY", unit: "text", byDefault: "", good: [:], bad: []),
    Row(
      name: "AGENTHOST_TLS_SERVER_NAME", unit: "text", byDefault: "",
      good: ["redis.example": "redis.example"],
      bad: ["10.0.0.1", "::1", "[::1]"]),
    Row(
      name: "REDIS_SOCKET_TIMEOUT", unit: "seconds", byDefault: "5.0", good: ["0.1": "0.1", "600": "600.0"],
      bad: ["0", "0.09", "600.1", "5s", "5 s", "", "nan", "inf", "1e999", "0x10", "-1"]),
    Row(
      name: "REDIS_SOCKET_CONNECT_TIMEOUT", unit: "seconds", byDefault: "5.0",
      good: ["0.1": "0.1", "600": "600.0"], bad: ["0.09", "601", "5s"]),
    Row(
      name: "REDIS_MAX_CONNECTIONS", unit: "connections", byDefault: "20", good: ["1": "1", "1000": "1000"],
      bad: ["0", "1001", "many", "1.5"]),
    Row(
      name: "REDIS_RETRY_ATTEMPTS", unit: "attempts", byDefault: "3", good: ["0": "0", "100": "100"],
      bad: ["-1", "101", ""]),
    Row(
      name: "REDIS_HEALTH_CHECK_INTERVAL", unit: "seconds", byDefault: "30.0",
      good: ["0.1": "0.1", "3600": "3600.0"], bad: ["0", "3601", "30s"]),
    Row(
      name: "MAX_PROCESS_COUNT", unit: "steps", byDefault: "50", good: ["1": "1", "1000000": "1000000"],
      bad: ["0", "1000001", "-1", "5.0", "", "fifty", "5 ", "99999999999999999999"]),
    Row(
      name: "MAX_TOTAL_PROCESSING_TIME", unit: "seconds", byDefault: "300.0",
      good: ["0": "0.0", "1e9": "1000000000.0"], bad: ["-0.1", "1.1e9", "5m"]),
    Row(
      name: "MAX_ENVELOPE_AGE", unit: "seconds", byDefault: "600.0", good: ["0": "0.0", "0.5": "0.5"],
      bad: ["-1", "1e10", "10min"]),
    Row(
      name: "LOG_LEVEL", unit: "text", byDefault: "INFO",
      good: ["DEBUG": "DEBUG", "INFO": "INFO", "WARNING": "WARNING", "ERROR": "ERROR"],
      bad: ["info", "", "TRACE", "CRITICAL", "INFO "]),
    Row(name: "AGENTHOST_CONFIG", unit: "text", byDefault: "", good: ["/etc/a.yaml": "/etc/a.yaml"], bad: []),
    Row(
      name: "DEBUG_LOG_FILE", unit: "text", byDefault: "debug.log",
      good: ["": "", "/var/a.log": "/var/a.log"],
      bad: []),
    Row(
      name: "AGENTHOST_METRICS", unit: "text", byDefault: "",
      good: ["127.0.0.1:9464": "127.0.0.1:9464", "[::1]:1": "[::1]:1", "here:65535": "here:65535"],
      bad: ["9464", ":9464", "a:0", "a:65536", "a:x", "::1:9464", "[]:1"]),
    Row(
      name: "AGENTHOST_TRACE_TTL", unit: "seconds", byDefault: "900", good: ["0": "0", "60": "60"],
      bad: ["", "-1", "1.5", "2147483649"]),
    Row(
      name: "AGENTHOST_TRACE_RATE", unit: "requests/s", byDefault: "10",
      good: ["0": "0", "1000000": "1000000"],
      bad: ["", "-1", "1000001", "0.5"]),
    Row(name: "INFO_LOG_FILE", unit: "text", byDefault: "info.log", good: ["": ""], bad: []),
    Row(
      name: "AGENTHOST_LOG_FORMAT", unit: "text", byDefault: "auto", good: ["text": "text", "json": "json"],
      bad: ["", "JSON", "yaml"]),
    Row(name: "LOG_DIR", unit: "text", byDefault: "./log", good: ["/var/log": "/var/log"], bad: []),
    Row(
      name: "REPORT_INTERVAL_SECONDS", unit: "seconds", byDefault: "60.0",
      good: ["0.1": "0.1", "60": "60.0"],
      bad: ["0", "86401", "1m", ""]),
    Row(name: "AGENTHOST_AGENTS_DIR", unit: "text", byDefault: "agents.d", good: ["/a b": "/a b"], bad: []),
    Row(
      name: "AGENTHOST_WATCH_INTERVAL", unit: "seconds", byDefault: "0.0",
      good: ["0.5": "0.5", "3600": "3600.0"],
      bad: ["-1", "3601", "yes"]),
    Row(
      name: "AGENTHOST_PLUGIN_TRUST", unit: "text", byDefault: "owner",
      good: ["owner": "owner", "any": "any"],
      bad: ["", "Owner", "none", "signatures"]),
    Row(name: "AGENTHOST_PLUGIN_KEYS", unit: "text", byDefault: "", good: ["/keys": "/keys"], bad: []),
    Row(
      name: "AGENTHOST_LOAD_TIMEOUT", unit: "seconds", byDefault: "30.0",
      good: ["0.1": "0.1", "3600": "3600.0"], bad: ["0", "3601", "30s", ""]),
    Row(name: "AGENTHOST_DATA_DIR", unit: "text", byDefault: "", good: ["/data": "/data"], bad: []),
    Row(
      name: "AGENTHOST_KEY_PREFIX", unit: "text", byDefault: "",
      good: [
        "{ns}:": "{ns}:", "": "", String(repeating: "x", count: 128): String(repeating: "x", count: 128),
      ],
      bad: ["a b", "ä:", "a\n", "a\u{7F}", String(repeating: "x", count: 129)]),
    Row(
      name: "AGENTHOST_CONCURRENCY", unit: "messages", byDefault: "128", good: ["1": "1", "4096": "4096"],
      bad: ["0", "4097", "many"]),
    Row(
      name: "AGENTHOST_MAX_ENVELOPE_BYTES", unit: "bytes", byDefault: "1048576",
      good: ["1024": "1024", "268435456": "268435456"], bad: ["1023", "268435457", "1MB", "1 MiB", "1e6"]),
    Row(
      name: "AGENTHOST_MAX_DELIVERIES", unit: "deliveries", byDefault: "5", good: ["1": "1", "1000": "1000"],
      bad: ["0", "1001"]),
    Row(
      name: "AGENTHOST_QUARANTINE_CRASHES", unit: "workers", byDefault: "10",
      good: ["1": "1", "1000": "1000"], bad: ["0", "1001"]),
    Row(
      name: "AGENTHOST_QUARANTINE_WINDOW", unit: "seconds", byDefault: "600.0",
      good: ["1": "1.0", "1e6": "1000000.0"], bad: ["0.5", "1e7", "10m"]),
    Row(
      name: "AGENTHOST_QUARANTINE_MESSAGES", unit: "text", byDefault: "wait",
      good: ["wait": "wait", "dead-letter": "dead-letter"], bad: ["", "drop", "Wait", "dead-letters"]),
    Row(
      name: "AGENTHOST_STALL_WARNING", unit: "seconds", byDefault: "1.0",
      good: ["0.25": "0.25", "1e6": "1000000.0"], bad: ["0.2", "1e7", "1s"]),
    Row(
      name: "AGENTHOST_LOST_THREAD", unit: "seconds", byDefault: "30.0",
      good: ["0.5": "0.5", "1e6": "1000000.0"], bad: ["0.4", "1e7", "1m"]),
    Row(
      name: "AGENTHOST_WORKER_MEMORY", unit: "MiB", byDefault: "0", good: ["0": "0", "4096": "4096"],
      bad: ["-1", "2147483648", "4G"]),
    Row(
      name: "AGENTHOST_MAX_GENERATIONS", unit: "generations", byDefault: "64",
      good: ["1": "1", "1000000": "1000000"], bad: ["0", "1000001", "many"]),
    Row(
      name: "AGENTHOST_LEASE", unit: "seconds", byDefault: "30.0", good: ["0.5": "0.5", "3600": "3600.0"],
      bad: ["0", "0.4", "3601", "30s"]),
    Row(
      name: "AGENTHOST_FOREIGN_LEASE", unit: "seconds", byDefault: "600.0",
      good: ["1": "1.0", "1e6": "1000000.0"],
      bad: ["0", "0.9", "1e7", "10m"]),
    Row(
      name: "AGENTHOST_REQUEST_TTL", unit: "seconds", byDefault: "900",
      good: ["1": "1", "2147483648": "2147483648"], bad: ["0", "2147483649", "15m"]),
    Row(
      name: "AGENTHOST_TASK_TIMEOUT", unit: "seconds", byDefault: "60.0",
      good: ["0.001": "0.001", "1e6": "1000000.0"],
      bad: ["0", "0.0009", "1000001", "60s"]),
    Row(
      name: "AGENTHOST_MAX_TASK_TIMEOUT", unit: "seconds", byDefault: "3600.0", good: ["0.001": "0.001"],
      bad: ["0", "1h"]),
    Row(
      name: "AGENTHOST_RESULT_TTL", unit: "seconds", byDefault: "86400",
      good: ["1": "1", "2147483648": "2147483648"],
      bad: ["0", "2147483649", "1d", "0.5"]),
    Row(
      name: "AGENTHOST_SHUTDOWN_GRACE", unit: "seconds", byDefault: "2.0",
      good: ["0": "0.0", "3600": "3600.0"],
      bad: ["-1", "3601", "2s"]),
  ]

  private func setting(_ row: Row) throws -> Setting {
    try #require(SettingsTable.all.first { $0.environment == row.name })
  }

  @Test func `The table has these rows, each once, and each with a meaning`() {
    #expect(SettingsTable.all.map(\.environment).sorted() == Self.rows.map(\.name).sorted())
    #expect(SettingsTable.all.allSatisfy { !$0.meaning.isEmpty })
  }

  @Test(arguments: rows)
  func `Without a value the default holds, and is itself a value that is accepted`(row: Row) throws {
    let setting = try setting(row)
    #expect(setting.show(try Settings(environment: ["OTHER": "x"])) == row.byDefault)
    #expect(setting.unit == row.unit)
    if row.name != "REDIS_URL" {
      #expect(try Settings(environment: [row.name: row.byDefault]) == Settings())
    }
  }

  @Test(arguments: rows)
  func `A good value changes its own setting and no other`(row: Row) throws {
    for (text, shown) in row.good {
      let settings = try Settings(environment: [row.name: text])
      for setting in SettingsTable.all {
        let expected = setting.environment == row.name ? shown : setting.show(Settings())
        #expect(setting.show(settings) == expected, "\(row.name)=\(text): \(setting.environment)")
      }
    }
  }

  @Test(arguments: rows)
  func `A bad value is an error that names the setting, the value and what is expected`(row: Row) {
    for text in row.bad {
      let error = #expect(throws: SettingsError.self, "\(row.name)=\(text)") {
        try Settings(environment: [row.name: text])
      }
      #expect(error?.name == row.name)
      #expect(error?.value == text)
      #expect(error?.problem.hasPrefix("expected ") == true)
      #expect(error?.description.contains(row.name) == true)
    }
  }

  @Test func `Settings that exclude or need each other are refused together`() throws {
    let both = #expect(throws: SettingsError.self) {
      try Settings(environment: ["REDIS_URL": "redis://:geheim@h", "REDIS_URL_FILE": "/run/url"])
    }
    #expect(both?.name == "REDIS_URL_FILE" && both?.description.contains("geheim") == false)
    for (name, other) in [
      ("AGENTHOST_TLS_CERTIFICATE", "AGENTHOST_TLS_KEY"), ("AGENTHOST_TLS_KEY", "AGENTHOST_TLS_CERTIFICATE"),
    ] {
      let alone = #expect(throws: SettingsError.self) { try Settings(environment: [name: "/x.pem"]) }
      #expect(alone?.name == name)
      let pair = try Settings(environment: [name: "/x.pem", other: "/y.pem"])
      #expect(pair.tlsCertificate == (name.hasSuffix("KEY") ? "/y.pem" : "/x.pem"))
    }
  }

  @Test func `An error about a URL does not show it`() {
    let error = SettingsError(name: "REDIS_URL", value: "redis://:secret@h", problem: "it is bad")
    #expect(error.description == "setting REDIS_URL: it is bad")
    let other = SettingsError(name: "LOG_LEVEL", value: "loud", problem: "it is bad")
    #expect(other.description == "setting LOG_LEVEL \"loud\": it is bad")
  }
}
