import AgentPlugins
import AgentStreams
import Logging
import RedisClient

/// Ends agents that get no new messages: what they hold is finished first, then they are stopped
/// and destroyed. One that does not come to an end is never destroyed under a running task.
@IOActor
final class Retirement {
  /// How long what an agent has finished may take to be committed, before it is left to whoever finds it.
  private static let commitLimit = Duration.seconds(1)
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
    loops.add { await self.end(instance, within: self.stopLimit) }
  }

  /// An agent whose library is gone from the folder.
  func retire(_ agent: ServedAgent) {
    loops.add { await self.end(agent, within: self.stopLimit) }
  }

  /// `seconds` is for the agent's `stop`.
  func end(_ agent: ServedAgent, within seconds: Double) async {
    await end(agent.instance, within: seconds)
    let deadline = ContinuousClock.now + Self.commitLimit
    while agent.heldCount > 0, .now < deadline {
      guard (try? await IOActor.sleep(for: Self.drainCheck)) != nil else { break }  // cancelled: at the end
    }
    await registry.retire(agent)
  }

  private func end(_ instance: AgentInstance, within seconds: Double) async {
    while dispatcher.isWorking(instance) {
      guard (try? await IOActor.sleep(for: Self.drainCheck)) != nil else { break }  // cancelled: at the end
    }
    let name = instance.descriptor.name
    switch await dispatcher.lifecycle(within: seconds, { instance.stop($0) }) {
    case .actions: await loader.destroy(instance)
    case .failure(let text):
      logger.warning("\(name) failed to stop: \(text)")
      await loader.destroy(instance)
    case nil: logger.error("\(name) did not stop within \(seconds) s, and is left as it is")
    }
    instance.end()
  }
}
