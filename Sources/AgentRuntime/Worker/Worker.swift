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
  private let supervisor: SupervisorLink
  private let logger: Logger
  private let client: RedisClient
  private let keys: Keys
  private let dispatcher: Dispatcher
  private let records: WorkerRecords
  private let dead: DeadWorkers
  private let committer: Committer
  private let registry: AgentRegistry
  private let agents: AgentService
  private let desired: DesiredStateService
  private let delayed: DelayedMessages
  private let presence: HostPresence
  private let lifecycle: LifecycleEvents
  private let broadcasts: Broadcasts
  private let timers: AgentTimers
  private let traces: TraceKeeper?
  private let facts: WorkerFacts
  private let monitorPages: MetricsPages

  package init(configuration: WorkerConfiguration, supervisor: SupervisorLink, logger: Logger) throws {
    self.configuration = configuration
    self.supervisor = supervisor
    self.logger = logger
    let settings = configuration.settings
    keys = Keys(prefix: settings.keyPrefix)
    client = RedisClient(
      settings: RedisConnectionSettings(
        settings, address: configuration.redis, name: "agenthost/\(configuration.identity.incarnation)"),
      logger: logger)
    committer = Committer(client: client, logger: logger)
    records = try WorkerRecords(
      dataDirectory: configuration.dataDirectory,
      subject: "\(configuration.redis) \(settings.keyPrefix)",
      incarnation: configuration.identity.incarnation, place: configuration.place)
    dispatcher = Dispatcher(record: records.own)
    let admission = Admission(settings)
    let road = Road(
      admission: admission,
      router: Router(
        keys: keys, envelopeLimits: admission.envelopeLimits, resultTimeToLive: settings.resultTimeToLive,
        requestTimeToLive: settings.requestTimeToLive),
      dispatcher: dispatcher, committer: committer, cancellations: Cancellations())
    dead = DeadWorkers(
      records: records, ends: configuration.ends, client: client, keys: keys, settings: settings,
      logger: logger)
    registry = AgentRegistry(
      client: client, keys: keys, identity: configuration.identity, records: records, dead: dead,
      settings: settings, road: road,
      duty: configuration.place.isProbation
        ? .probation : .service(at: configuration.place) { supervisor.say(.suspects, logger: logger) },
      logger: logger)
    agents = AgentService(
      folder: settings.agentsFolder(at: configuration.place.isolatedName),
      loader: PluginLoader(
        store: try settings.libraryStore(in: configuration.dataDirectory),
        prober: settings.prober(
          in: configuration.dataDirectory, environment: configuration.environment),
        versions: NotedVersions(dataDirectory: configuration.dataDirectory),
        limit: StepLimit(seconds: settings.loadTimeout), dispatcher: dispatcher,
        session: configuration.session,
        record: records.own, logger: logger),
      registry: registry, dispatcher: dispatcher, committer: committer,
      grace: settings.shutdownGrace, handsBack: !configuration.place.isProbation,
      maximumGenerations: settings.maxGenerations, logger: logger)
    agents.plugins.askForReplacement = { supervisor.say(.replace(reason: $0), logger: logger) }
    desired = DesiredStateService(
      client: client, keys: keys, registry: registry, plugins: agents.plugins, dispatcher: dispatcher,
      cancellations: road.cancellations, logger: logger
    ) { supervisor.say(.replace(reason: $0), logger: logger) }
    // One on probation moves none, and tells those who do.
    delayed = DelayedMessages(client: client, keys: keys, logger: logger) { [registry, configuration] in
      configuration.place.isProbation ? [] : registry.roles.sorted()
    }
    lifecycle = LifecycleEvents(client: client, keys: keys)
    timers = AgentTimers(registry: registry, dispatcher: dispatcher, logger: logger)
    traces = TraceKeeper(settings, client: client, keys: keys, registry: registry)
    broadcasts = Broadcasts(registry: registry, identity: configuration.identity)
    facts = WorkerFacts(configuration)
    monitorPages = MetricsPages(
      HostFigures(
        client: client, keys: keys, committer: committer, registry: registry, plugins: agents.plugins,
        facts: facts, crashCount: CrashCount(settings, keys: keys)))
    presence = HostPresence(
      client: client, keys: keys, incarnation: configuration.identity.incarnation, logger: logger
    ) { [facts, registry, agents] in facts.fields(registry, agents.plugins) }
    seeToQuarantine()
  }

  /// What becomes of roles whose code is quarantined.
  private func seeToQuarantine() {
    agents.plugins.quarantine.learnt = { [client, keys] hash, quarantine in
      do throws(RedisError) {
        _ = try await DesiredChange.amend(hash: hash, quarantine).make(client, keys: keys)
      } catch {
        client.warn("the roles of quarantined code could not be noted", error)
      }
    }
    if configuration.settings.quarantineMessages == SettingsTable.deadLetterQuarantined {
      agents.plugins.quarantine.roles = QuarantinedRoles(
        registry: registry, client: client, keys: keys, logger: logger)
    }
  }

  /// Runs until it is told to end by a signal. The supervisor is told once that messages are being taken; throws before
  /// that when it can't begin: no server, or no agents' folder.
  package func run() async throws {
    try records.own.watch()
    startWatchdog()
    defer { records.own.endsClean() }
    // Beside the connecting and the start of the services: the first look waits for it.
    async let libraries: Void = agents.readAhead()
    try await connect()
    try await presence.announce()
    registry.changed = presence.changed
    if let traces { committer.requestEnded = traces.ended }
    // What serves nobody but suspects is not one agent more.
    if !configuration.place.isProbation {
      registry.happened = { [lifecycle, traces] event, holder in
        lifecycle.happened(event, holder)
        if let agent = holder as? ServedAgent, event == .begins || event == .hasNewCode {
          traces?.runs(agent.code, agent.identity.agentID)
        }
      }
      lifecycle.said = broadcasts.hear(ownEvent:)
      registry.changed = { [presence, timers, delayed] in
        presence.changed()
        timers.agentsChanged()
        delayed.look()
      }
    }
    agents.plugins.looked = presence.changed
    if configuration.place == .main {
      agents.plugins.placesSeen = { [supervisor, logger] in supervisor.say(.places($0), logger: logger) }
    }
    await dead.look()
    // Before any code is loaded: some of it may not be.
    await desired.refresh()
    let control = ControlService(
      client: client, keys: keys, plugins: agents.plugins, desired: desired, delayed: delayed,
      broadcasts: configuration.place.isProbation ? nil : broadcasts, logger: logger)
    agents.beforeReading = { [desired, supervisor, logger, monitorPages] in
      monitorPages.loaded()
      await control.start()
      await desired.refresh()
      supervisor.say(.ready, logger: logger)
      logger.notice("ready")
    }
    let healthCheck = HealthCheck(
      client: client,
      interval: .fractional(seconds: configuration.settings.redisHealthCheckInterval), warnsOfLoss: true)
    let services: [any Service] =
      [
        ConnectionService(client: client, healthCheck: healthCheck)
      ] + traceLoops + [
        CommitService(committer: committer), PresenceService(presence: presence), lifecycle,
      ] + holdingLoops + [agents] + upkeepLoops + [desired, control] + monitoring
    let group = ServiceGroup(
      configuration: ServiceGroupConfiguration(
        services: services.map { .init(service: NamedService($0)) },
        gracefulShutdownSignals: [.sigterm, .sigint],
        logger: quietLogger))
    try await group.run()
    await libraries
  }

  /// Last, so that it ends first: a worker that ends is not ready.
  private var monitoring: [any Service] {
    guard let descriptor = configuration.monitors else { return [] }
    return [MetricsService(descriptor: descriptor, pages: monitorPages, logger: logger)]
  }

  private func startWatchdog() {
    let settings = configuration.settings
    let limits = Watchdog.Limits(
      stall: .seconds(settings.stallWarning), lostThread: .seconds(settings.lostThread),
      memory: settings.workerMemory << 20)
    Watchdog(record: records.own, limits: limits, logger: logger) {
      [supervisor, logger] reason in
      supervisor.say(.replace(reason: reason), logger: logger)
    }.start()
  }

  /// Ends after the committer: what ends last is kept too.
  private var traceLoops: [any Service] { traces.map { [TraceService(traces: $0)] } ?? [] }

  /// What goes on for as long as the worker holds messages.
  private var holdingLoops: [any Service] {
    let keeper = LeaseKeeper(client: client, policy: leases, logger: logger) { [registry] in
      registry.holders.flatMap { agent in agent.sources.map { ($0, agent) } }
    }
    committer.delayed = delayed.delayed
    return [LoopService { await keeper.run() }, DelayService(delayed: delayed)]
  }

  /// What is done for the roles that this worker serves.
  private var upkeepLoops: [any Service] {
    var loops: [any Service] = [LoopService { [dead] in await dead.run() }]
    if let roles = agents.plugins.quarantine.roles { loops.append(LoopService { await roles.run() }) }
    if let interval = configuration.signsOfLife {
      loops.append(
        LoopService { [supervisor, logger] in
          // On the loop that all messages pass: where that stands still, none comes. Cancelled: the host ends.
          while (try? await IOActor.sleep(for: .seconds(interval))) != nil {
            supervisor.say(.alive, logger: logger)
          }
        })
    }
    let upkeep = agents.upkeep
    loops.append(LoopService { await upkeep.run() })
    if let watch = agents.watch(every: configuration.settings.watchInterval) {
      loops.append(LoopService { await watch.run() })
    }
    guard configuration.place.isProbation else { return loops + readingLoops }
    let probation = ProbationService(registry: registry) { [supervisor, logger] in
      supervisor.say(.cleared, logger: logger)
    }
    return loops + [probation]
  }

  /// What is done beside reading.
  private var readingLoops: [any Service] {
    let janitor = Janitor(client: client, keys: keys, policy: leases, logger: logger) { [registry] in
      registry.lanes
    }
    let watchdog = ReaderWatchdog(logger: logger) { [registry] in registry.roleReaders }
    return [
      LoopService { await janitor.run() }, LoopService { await watchdog.run() },
      LoopService { [timers] in await timers.run() },
    ]
  }

  private var leases: LeasePolicy { configuration.settings.leasePolicy }

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
      try await IOActor.sleep(for: backoff.next())
    }
    logger.info("connected to \(configuration.redis)")
  }
}
