import AgentRuntime
import AgentStreams
import Glibc
import Logging
import RedisClient

/// What every verb starts from: the settings, and where the server is.
struct CommandEnvironment {
  /// As if a file of settings had been said in the environment.
  let variables: [String: String]
  var settings: Settings
  /// Where settings that are not at their default are from, by their variables.
  let origins: [String: SettingOrigin]
  /// The file that was read; nil: there is none.
  let settingsFile: String?

  init() throws {
    let environment = Self.readVariables()
    let file = try Self.settingsFile(environment)
    settingsFile = file?.path
    (variables, origins) = SettingOrigin.merge(environment, file)
    do {
      settings = try Settings(environment: variables)
    } catch {
      throw CommandFailure(.settings, error.description + Self.whereItStands(error.name, origins, file))
    }
    try readAddress()
  }

  /// As far as the settings can be used, with what is wrong of the others; for whoever looks for what is wrong.
  init(problems: inout [String]) {
    let environment = Self.readVariables()
    var file: HostSettingsFile?
    do { file = try Self.settingsFile(environment) } catch { problems.append(Self.text(of: error)) }
    settingsFile = file?.path
    (variables, origins) = SettingOrigin.merge(environment, file)
    let examined = Settings.examine(variables)
    settings = examined.settings
    for problem in examined.problems {
      problems.append(problem.description + Self.whereItStands(problem.name, origins, file))
    }
    do { try readAddress() } catch { problems.append(Self.text(of: error)) }
  }

  private static func text(of error: any Error) -> String {
    (error as? CommandFailure)?.message ?? "\(error)"
  }

  /// The address of the server, where it lies in a file.
  private mutating func readAddress() throws {
    if let file = settings.redisURLFile.unlessEmpty {
      do {
        settings.redisURL = try SecretFile.read(file)
      } catch {
        throw CommandFailure(.settings, "setting REDIS_URL_FILE: \(error)")
      }
    }
    guard settings.redisPasswordFile.isEmpty || !settings.redisURL.isEmpty else {
      throw CommandFailure(
        .settings,
        "setting AGENTHOST_REDIS_PASSWORD_FILE: it is for the server of REDIS_URL or REDIS_URL_FILE, "
          + "and neither is set")
    }
  }

  /// Lines of a log go to standard error and to `files`.
  func startLogging(_ files: LogFiles) -> (logger: Logger, output: LogOutput) {
    let level: Logger.Level =
      switch settings.logLevel {
      case "DEBUG": .debug
      case "WARNING": .warning
      case "ERROR": .error
      default: .info
      }
    let (output, failure) = LogOutput.make(settings, files)
    LoggingSystem.bootstrap { HostLogHandler(label: $0, level: level, output: output) }
    let logger = Logger(label: "agenthost")
    if let failure { logger.warning("\(failure)") }
    return (logger, output)
  }

  func dataDirectory() throws -> String {
    do {
      return try RedisDiscovery.dataDirectory(environment: variables)
    } catch {
      throw CommandFailure(.settings, error.description)
    }
  }

  /// Where the server is, by the rule of all verbs.
  func location() throws -> RedisLocation {
    do {
      return try RedisDiscovery.discover(configuredURL: settings.redisURL, environment: variables)
    } catch {
      throw CommandFailure(.settings, error.description)
    }
  }

  /// The server of a verb that talks to a running host.
  func redisURL() throws -> String {
    guard let url = try location().url else {
      throw CommandFailure(
        .redisUnreachable,
        "no Redis found: REDIS_URL is not set, no private server runs, and nothing listens on port "
          + "\(RedisDiscovery.defaultPort); start one with `agenthost run`, or set REDIS_URL")
    }
    _ = try address(url)
    return url
  }

  /// The address that `url` holds, where it and the other settings go together.
  func address(_ url: String) throws -> RedisAddress {
    let setting = settings.redisURLFile.isEmpty ? "REDIS_URL" : "REDIS_URL_FILE"
    let address: RedisAddress
    do {
      address = try RedisAddress(url: url)
    } catch {
      throw CommandFailure(.settings, "\(setting): \(error)")
    }
    guard address.password == nil || settings.redisPasswordFile.isEmpty else {
      throw CommandFailure(
        .settings,
        "setting AGENTHOST_REDIS_PASSWORD_FILE: \(setting) holds a password too; set only one of them")
    }
    if case .tcp = address.endpoint, !address.isEncrypted, let name = settings.firstTLSSetting {
      throw CommandFailure(
        .settings, "\(name) is set, and \(setting) is not for TLS; begin it with rediss://, or unset \(name)")
    }
    return address
  }

  /// The file that is named, or the one of the current folder.
  private static func settingsFile(_ environment: [String: String]) throws -> HostSettingsFile? {
    let named = environment["AGENTHOST_CONFIG"]
    if named == "" { return nil }
    do {
      let path = named ?? HostSettingsFile.defaultName
      if let file = try HostSettingsFile(path: path, isNamed: named != nil) { return file }
    } catch {
      throw CommandFailure(.settings, error.description)
    }
    guard let named else { return nil }
    throw CommandFailure(.settings, "setting AGENTHOST_CONFIG: \(named): there is no such file")
  }

  private static func whereItStands(
    _ variable: String, _ origins: [String: SettingOrigin], _ file: HostSettingsFile?
  ) -> String {
    guard case .file(let line) = origins[variable], let file else { return "" }
    return " (\(file.path), line \(line))"
  }

  private static func readVariables() -> [String: String] {
    var variables: [String: String] = [:]
    var next = environ
    // SAFETY: nothing in this process changes the environment; the list ends with a null.
    while let entry = next.pointee {
      let text = String(cString: entry)
      if let equals = text.firstIndex(of: "=") {
        variables[String(text[..<equals])] = String(text[text.index(after: equals)...])
      }
      next += 1
    }
    return variables
  }
}
