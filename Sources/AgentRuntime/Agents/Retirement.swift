import AgentPlugins
import AgentStreams
import Logging
import RedisClient

/// Ends agents that get no new messages: what they hold is finished first, then they are stopped
/// and destroyed. One that does not come to an end is never destroyed under a running task.
@IOActor
final class Retirement {
  private static let drainCheck = Duration.milliseconds(20)

  private let dispatcher: Dispatcher
  private let loader: PluginLoader
  private let registry: AgentRegistry
  private let loops: LoopGroup
  /// How long `stop` may take, in seconds.
  private let stopLimit: Double
  private let logger: Logger

  init(
    dispatcher: Dispatcher, loader: PluginLoader, registry: AgentRegistry, loops: LoopGroup,
    stopLimit: Double,
    logger: Logger
  ) {
    self.dispatcher = dispatcher
    self.loader = loader
    self.registry = registry
    self.loops = loops
    self.stopLimit = stopLimit
    self.logger = logger
  }

  /// An instance that another has taken the place of.
  func retire(_ instance: AgentInstance) {
    loops.add { await self.end(instance) }
  }

  /// An agent whose library is gone from the folder.
  func retire(_ agent: ServedAgent) {
    loops.add { await self.end(agent) }
  }

  func end(_ agent: ServedAgent) async {
    await end(agent.instance)
    while agent.roleSource.heldCount + agent.ownSource.heldCount > 0 {
      guard (try? await Task.sleep(for: Self.drainCheck)) != nil else { break }  // cancelled: the host ends
    }
    await registry.retire(agent)
  }

  private func end(_ instance: AgentInstance) async {
    while dispatcher.isWorking(instance) {
      guard (try? await Task.sleep(for: Self.drainCheck)) != nil else { break }  // cancelled: the host ends
    }
    let name = instance.descriptor.name
    switch await dispatcher.lifecycle(within: stopLimit, { instance.stop($0) }) {
    case .actions: await loader.destroy(instance)
    case .failure(let text):
      logger.warning("\(name) failed to stop: \(text)")
      await loader.destroy(instance)
    case nil: logger.error("\(name) did not stop within \(stopLimit) s, and is left as it is")
    }
    instance.library.threads.retire()
  }
}
