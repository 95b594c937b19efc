import AgentPlugins
import AgentStreams
import Logging
import RedisClient
import ServiceLifecycle

/// Loads the agents and reads for them; at the end takes no more, lets them finish what they hold
/// within the grace, and hands the rest back.
@IOActor
final class AgentService: Service {
  private static let drainCheck = Duration.milliseconds(5)
  /// For what is handed back to be committed, after the grace.
  private static let commitLimit = Duration.seconds(1)
  /// What an agent's `stop` gets where the grace is used up.
  private static let shortestStop = 0.5

  let plugins: Plugins
  private let loader: PluginLoader
  private let folder: PluginFolder
  /// Called once, when all agents are there and before the first message is read: a message that takes the worker
  /// down must find it ready, or it would pass for a start that failed.
  var beforeReading: (@IOActor () async -> Void)?
  private let registry: AgentRegistry
  private let dispatcher: Dispatcher
  private let committer: Committer
  private let retiring = LoopGroup()
  private let grace: Double
  /// Whether what is not done at the end goes back to its stream, or stays pending for the next worker.
  private let handsBack: Bool
  private let logger: Logger

  init(
    folder: PluginFolder, loader: PluginLoader, registry: AgentRegistry, dispatcher: Dispatcher,
    committer: Committer, grace: Double, handsBack: Bool, maximumGenerations: Int, logger: Logger
  ) {
    self.handsBack = handsBack
    self.loader = loader
    self.folder = folder
    self.registry = registry
    self.dispatcher = dispatcher
    self.committer = committer
    self.grace = grace
    self.logger = logger
    let retirement = Retirement(
      dispatcher: dispatcher, loader: loader, registry: registry, loops: retiring, stopLimit: max(0.1, grace),
      logger: logger)
    plugins = Plugins(
      folder: folder, loader: loader, registry: registry, retirement: retirement,
      maximumGenerations: maximumGenerations, logger: logger)
  }

  var upkeep: LibraryUpkeep { LibraryUpkeep(loader: loader) }

  /// Reads the folder before it is looked at.
  func readAhead() async {
    await loader.readAhead(folder)
  }

  /// Looks at the folder by itself; nil where that is not wanted.
  func watch(every seconds: Double) -> FolderWatch? {
    guard seconds > 0 else { return nil }
    return FolderWatch(interval: .seconds(seconds), loader: loader, folder: folder) { [plugins] in
      plugins.want(.all)
      await plugins.reload()
    }
  }

  func run() async throws {
    try await withThrowingDiscardingTaskGroup { group in
      group.addTask { await self.registry.run() }
      group.addTask { await self.retiring.run() }
      defer {
        retiring.finish()
        group.cancelAll()
      }
      do {
        try await serve()
      } catch {
        await registry.quiet()
        throw error
      }
    }
  }

  private func serve() async throws {
    if try await HostEnd.cutting({ try await self.plugins.firstLook() }) != nil {
      if registry.agents.isEmpty {
        logger.warning("there is no agent to serve; put libraries into the folder and reload")
      }
      await beforeReading?()
      await registry.startReading()
      await HostEnd.cancels { await self.plugins.begin() }
      await HostEnd().wait()
    }
    await end()
  }

  private func end() async {
    let start = ContinuousClock.now
    await registry.quiet()
    let deadline = start + .seconds(grace)
    while dispatcher.messagesInWork > 0, ContinuousClock.now < deadline {
      try? await IOActor.sleep(for: Self.drainCheck)  // cancelled: the deadline decides
    }
    let isLeaving = dispatcher.messagesInWork > 0 && !handsBack
    if isLeaving {
      // A suspect that went back would be one message among others again.
      logger.notice("leaving \(dispatcher.messagesInWork) messages to the next worker on probation")
      dispatcher.leaveAll()
    } else if dispatcher.messagesInWork > 0 {
      logger.notice("handing back \(dispatcher.messagesInWork) messages that are still in work")
      dispatcher.handBackAll()
    }
    let commitDeadline = ContinuousClock.now + Self.commitLimit
    while !committer.isIdle, ContinuousClock.now < commitDeadline {
      try? await IOActor.sleep(for: Self.drainCheck)  // cancelled: the deadline decides
    }
    let isEmpty = !isLeaving && registry.holders.allSatisfy { $0.heldCount == 0 }
    let remaining = (deadline - ContinuousClock.now) / .seconds(1)
    await plugins.stopAll(within: max(Self.shortestStop, remaining))
    if isEmpty { registry.retireRecords() }
  }
}
