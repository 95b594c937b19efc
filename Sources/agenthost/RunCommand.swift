import AgentRuntime
import AgentStreams
import ArgumentParser
import Glibc
import Logging

struct RunCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run", abstract: "Serve the agents in a folder until told to end (TERM, INT).")

  @Option(name: .long, help: "The folder with the agents' libraries (AGENTHOST_AGENTS_DIR).")
  var agentsDir: String?

  @Flag(help: "Reload what changes in that folder by itself (AGENTHOST_WATCH_INTERVAL).")
  var watch = false

  /// Seconds, where nobody says otherwise.
  private static let watchInterval = 0.5

  func run() throws {
    try SignalQueue.hold(SIGUSR1)
    var environment = try CommandEnvironment()
    if let agentsDir { environment.settings.agentsDirectory = agentsDir }
    let folder = environment.settings.agentsDirectory
    guard access(folder, R_OK | X_OK) == 0 else {
      throw CommandFailure(
        .settings,
        "the agents' folder \(folder): \(String(cString: strerror(errno))); "
          + "make it, or name another with --agents-dir")
    }
    let (files, logger, logs) = startLogging(&environment)
    defer { withExtendedLifetime(files) {} }
    let location = try environment.location()
    let privateRedis = try claimPrivateRedis(location, environment: environment)
    let url = privateRedis.map { "unix://\($0.configuration.socketPath)" } ?? location.url
    guard let url else { throw CommandFailure(.redisUnreachable, "no Redis to connect to") }
    _ = try environment.address(url)
    let notifier = ServiceNotifier(environment.variables, logger: logger)
    let supervisor = Supervisor(
      configuration: SupervisorConfiguration(
        worker: try workerLaunch(url: url, environment: environment, signsOfLife: notifier?.interval),
        limits: SupervisionLimits(drainGrace: .seconds(environment.settings.shutdownGrace)),
        privateRedis: privateRedis, dataDirectory: try environment.dataDirectory()),
      notifier: notifier, logs: logs, logger: logger)
    if let privateRedis {
      logger.notice(
        "no Redis was configured or found; starting a private one: \(privateRedis.configuration.socketPath)")
    }
    let status = supervisor.run()
    if status != 0 { throw ExitCode(status) }
  }

  /// The files are this host's for as long as they are held. The workers are told their paths.
  private func startLogging(_ environment: inout CommandEnvironment) -> (LogFiles, Logger, LogOutput) {
    var files = LogFiles(environment.settings)
    var problem: SystemCallError?
    do throws(SystemCallError) {
      try files.claim(
        for: HostIdentity.current(incarnation: "").hostName,
        in: environment.settings.logDirectory)
    } catch {
      problem = error
      files.leaveOut()
    }
    environment.settings.debugLogFile = files.debug ?? ""
    environment.settings.infoLogFile = files.info ?? ""
    let (logger, output) = environment.startLogging(files)
    if let problem { logger.warning("the log goes to standard error only: \(problem); set LOG_DIR") }
    return (files, logger, output)
  }

  /// The private server, where this run is to own one; nil where another is used.
  private func claimPrivateRedis(
    _ location: RedisLocation, environment: CommandEnvironment
  ) throws -> PrivateRedis? {
    switch location {
    case .configured, .localServer: return nil
    case .privateServer, .none:
      let configuration = PrivateRedisConfiguration(
        dataDirectory: try environment.dataDirectory(), launcher: PrivateRedisConfiguration.trampoline(),
        environment: Self.forChildren(environment.variables))
      do {
        switch try PrivateRedis.claim(configuration) {
        case .owned(let owned): return owned
        case .joined: return nil
        }
      } catch {
        throw CommandFailure(.redisUnreachable, error.description)
      }
    }
  }

  /// What a child says must not be said in our name.
  private static func forChildren(_ variables: [String: String]) -> [String: String] {
    variables.filter { !ServiceNotifier.variables.contains($0.key) }
  }

  private func workerLaunch(
    url: String, environment: CommandEnvironment, signsOfLife: Duration?
  ) throws -> WorkerLaunch {
    var variables = Self.forChildren(environment.variables)
    variables["REDIS_URL"] = url
    variables["REDIS_URL_FILE"] = nil
    // All of it is said by now: a file that changes meanwhile must not keep the next worker from starting.
    variables["AGENTHOST_CONFIG"] = ""
    if watch, environment.settings.watchInterval == 0 {
      variables["AGENTHOST_WATCH_INTERVAL"] = String(Self.watchInterval)
    }
    variables["AGENTHOST_AGENTS_DIR"] = environment.settings.agentsDirectory
    let monitors = try Self.listen(environment.settings.metricsAddress)
    variables["DEBUG_LOG_FILE"] = environment.settings.debugLogFile
    variables["INFO_LOG_FILE"] = environment.settings.infoLogFile
    return WorkerLaunch(
      executable: "/proc/self/exe",
      arguments: [
        "worker", "run", "--session", Incarnation.random().description, "--session-began",
        "\(WallClock.now())",
      ] + (signsOfLife.map { ["--signs-of-life", "\($0 / .seconds(1))"] } ?? [])
        + (monitors == nil ? [] : ["--monitored"]),
      environment: variables,
      spareArguments: ["worker", "spare", ProcessTitle.room], monitors: monitors)
  }

  /// The socket for monitors, before there is a worker; nil: nobody is to listen.
  private static func listen(_ setting: String) throws -> OwnedDescriptor? {
    guard let address = ListenAddress(setting) else { return nil }
    do {
      return try ListeningSocket.open(address)
    } catch {
      throw CommandFailure(.settings, "setting AGENTHOST_METRICS: \(error)")
    }
  }
}
