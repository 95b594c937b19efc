import AgentPlugins
import AgentStreams
package import Logging
package import RedisClient
import ServiceLifecycle
import UnixSignals

/// The process that runs agents: put together here, run as one group of services. They end in the
/// reverse of their order, so whatever a service uses is there until it has ended.
@IOActor
package final class Worker {
  private let configuration: WorkerConfiguration
  private let logger: Logger
  private let client: RedisClient
  private let keys: Keys
  private let dispatcher = Dispatcher()
  private let committer: Committer
  private let agents: AgentService

  package init(configuration: WorkerConfiguration, logger: Logger) throws {
    self.configuration = configuration
    self.logger = logger
    let settings = configuration.settings
    keys = Keys(prefix: settings.keyPrefix)
    client = RedisClient(
      settings: RedisConnectionSettings(
        settings, address: configuration.redis, name: "agenthost/\(configuration.identity.incarnation)"),
      logger: logger)
    committer = Committer(client: client, logger: logger)
    let admission = Admission(settings)
    let road = Road(
      admission: admission,
      router: Router(
        keys: keys, envelopeLimits: admission.envelopeLimits, resultTimeToLive: settings.resultTimeToLive),
      dispatcher: dispatcher, committer: committer)
    let store = try LibraryStore(directory: configuration.dataDirectory + "/libraries")
    let records = try WorkerRecords(
      dataDirectory: configuration.dataDirectory,
      subject: "\(configuration.redis) \(settings.keyPrefix)", incarnation: configuration.identity.incarnation
    )
    let registry = AgentRegistry(
      client: client, keys: keys, identity: configuration.identity, records: records,
      settings: settings, road: road, logger: logger)
    agents = AgentService(
      folder: PluginFolder(path: settings.agentsDirectory),
      loader: PluginLoader(store: store, dispatcher: dispatcher, logger: logger),
      registry: registry, dispatcher: dispatcher, committer: committer,
      grace: settings.shutdownGrace, logger: logger)
  }

  /// Runs until it is told to end by a signal. `ready` is called once, when messages are being taken.
  ///
  /// Throws before `ready` when it can't begin: no server, or no agents' folder.
  package func run(ready: @escaping @Sendable () -> Void) async throws {
    try await connect()
    let control = ControlService(client: client, keys: keys, plugins: agents.plugins, logger: logger)
    agents.beforeReading = {
      await control.start()
      ready()
    }
    let healthCheck = HealthCheck(
      client: client,
      interval: .fractional(seconds: configuration.settings.redisHealthCheckInterval), warnsOfLoss: true)
    let group = ServiceGroup(
      configuration: ServiceGroupConfiguration(
        services: [
          .init(service: ConnectionService(client: client, healthCheck: healthCheck)),
          .init(service: CommitService(committer: committer)),
          .init(service: agents),
          .init(service: control),
        ],
        gracefulShutdownSignals: [.sigterm, .sigint],
        logger: quietLogger))
    try await group.run()
  }

  /// The group's own notes on its services are of no use to an operator.
  private var quietLogger: Logger {
    var logger = logger
    logger.logLevel = .warning
    return logger
  }

  private func connectionError() async -> RedisError? {
    do throws(RedisError) {
      try await client.connect()
      return nil
    } catch {
      return error
    }
  }

  /// The first connection: a server that can't be reached at the start is a mistake to be told at once, and one
  /// that is there but not ready, as when it reads its data, is waited for. Who started us limits that.
  private func connect() async throws {
    var backoff = Backoff()
    var isTold = false
    while let error = await connectionError() {
      guard error.meaning == .passing else { throw error }
      if !isTold { logger.notice("waiting until Redis is ready: \(error)") }
      isTold = true
      try await Task.sleep(for: backoff.next())
    }
    logger.info("connected to \(configuration.redis)")
  }
}
