/// Every value that can be set, with its default. How each is named and read stands in `SettingsTable`.
package struct Settings: Sendable, Equatable {
  package var settingsFile = ""
  package var redisURL = ""
  package var redisURLFile = ""
  package var redisPasswordFile = ""
  package var tlsAuthorities = ""
  package var tlsCertificate = ""
  package var tlsKey = ""
  package var tlsServerName = ""
  package var redisSocketTimeout = 5.0
  package var redisSocketConnectTimeout = 5.0
  package var redisMaxConnections = 20
  package var redisRetryAttempts = 3
  package var redisHealthCheckInterval = 30.0
  package var keyPrefix = ""
  package var dataDirectory = ""
  package var agentsDirectory = "agents.d"
  package var watchInterval = 0.0
  package var pluginTrust = "owner"
  package var pluginKeys = ""
  package var loadTimeout = 30.0
  package var maxProcessCount = 50
  package var maxTotalProcessingTime = 300.0
  package var maxEnvelopeAge = 600.0
  package var maxEnvelopeBytes = 1 << 20
  package var maxDeliveries = 5
  package var quarantineCrashes = 10
  package var quarantineWindow = 600.0
  package var quarantineMessages = "wait"
  package var stallWarning = 1.0
  package var lostThread = 30.0
  package var workerMemory = 0
  package var maxGenerations = 64
  package var lease = 30.0
  package var foreignLease = 600.0
  package var taskTimeout = 60.0
  package var maxTaskTimeout = 3600.0
  package var concurrency = 128
  package var resultTimeToLive = 86_400
  package var requestTimeToLive = 900
  package var shutdownGrace = 2.0
  package var logLevel = "INFO"
  package var logDirectory = "./log"
  package var debugLogFile = "debug.log"
  package var infoLogFile = "info.log"
  package var logFormat = "auto"
  package var metricsAddress = ""
  package var traceTimeToLive = 900
  package var traceRate = 10
  package var reportInterval = 60.0

  package init() {}

  /// The name of a setting for TLS that is set; nil where none is.
  package var firstTLSSetting: String? {
    for (name, value) in [
      ("AGENTHOST_TLS_CA", tlsAuthorities), ("AGENTHOST_TLS_CERTIFICATE", tlsCertificate),
      ("AGENTHOST_TLS_SERVER_NAME", tlsServerName),
    ] where !value.isEmpty {
      return name
    }
    return nil
  }

  /// Reads the environment; a value that can't be used is an error, never a silent default.
  package init(environment: [String: String]) throws(SettingsError) {
    for setting in SettingsTable.all {
      guard let text = environment[setting.environment] else { continue }
      if let problem = setting.read(text, &self) {
        throw SettingsError(name: setting.environment, value: text, problem: problem)
      }
    }
    try checkTogether()
  }

  /// Reads what can be used of the environment, and says what can't.
  package static func examine(
    _ environment: [String: String]
  ) -> (settings: Settings, problems: [SettingsError]) {
    var (settings, problems) = (Settings(), [SettingsError]())
    for setting in SettingsTable.all {
      guard let text = environment[setting.environment], let problem = setting.read(text, &settings) else {
        continue
      }
      problems.append(SettingsError(name: setting.environment, value: text, problem: problem))
    }
    do throws(SettingsError) { try settings.checkTogether() } catch { problems.append(error) }
    return (settings, problems)
  }

  private func checkTogether() throws(SettingsError) {
    if !redisURL.isEmpty, !redisURLFile.isEmpty {
      throw SettingsError(
        name: "REDIS_URL_FILE", value: redisURLFile, problem: "REDIS_URL is set too; set only one of them")
    }
    if pluginTrust == SettingsTable.trustSignatures, pluginKeys.isEmpty {
      throw SettingsError(
        name: "AGENTHOST_PLUGIN_TRUST", value: pluginTrust,
        problem: "whose signatures is not said; set AGENTHOST_PLUGIN_KEYS to a folder with public keys")
    }
    if tlsCertificate.isEmpty != tlsKey.isEmpty {
      throw SettingsError(
        name: tlsCertificate.isEmpty ? "AGENTHOST_TLS_KEY" : "AGENTHOST_TLS_CERTIFICATE",
        value: tlsCertificate + tlsKey,
        problem: "a certificate and its key go together; set both, or none")
    }
  }
}

/// A setting that can't be used.
package struct SettingsError: Error, Equatable, CustomStringConvertible {
  package let name: String
  package let value: String
  package let problem: String

  package init(name: String, value: String, problem: String) {
    self.name = name
    self.value = value
    self.problem = problem
  }

  package var description: String {
    // A URL may hold a password.
    let shown = name.hasSuffix("URL") ? "" : " \"\(value.prefix(100))\""
    return "setting \(name)\(shown): \(problem)"
  }
}
