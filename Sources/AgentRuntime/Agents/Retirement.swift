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
  /// What an agent's `destroy` gets at the end of the host, where its `stop` has used up the time.
  private static let shortestDestroy = 0.1

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
    loops.add { await self.end(instance, stop: self.stopLimit) }
  }

  /// An agent whose library is gone from the folder.
  func retire(_ agent: ServedAgent) {
    loops.add {
      await self.end(agent.instance, stop: self.stopLimit)
      await self.forget(agent)
    }
  }

  /// At the end of the host: all at once, but those that watch others see their ends. `seconds` are for an agent's `stop`
  /// and `destroy` together.
  func end(_ agents: [ServedAgent], within seconds: Double) async {
    for isObserver in [false, true] {
      await withDiscardingTaskGroup { group in
        for agent in agents where agent.instance.isObserver == isObserver {
          group.addTask { await self.end(agent, within: seconds) }
        }
      }
    }
  }

  private func end(_ agent: ServedAgent, within seconds: Double) async {
    await end(agent.instance, stop: seconds, all: seconds)
    await forget(agent)
  }

  private func forget(_ agent: ServedAgent) async {
    let deadline = ContinuousClock.now + Self.commitLimit
    while agent.heldCount > 0, .now < deadline {
      guard (try? await IOActor.sleep(for: Self.drainCheck)) != nil else { break }  // cancelled: at the end
    }
    await registry.retire(agent)
  }

  /// `stop` is for the agent's own `stop`, `all` for that and `destroy`, each in seconds.
  private func end(_ instance: AgentInstance, stop: Double, all: Double = .infinity) async {
    while dispatcher.isWorking(instance) {
      guard (try? await IOActor.sleep(for: Self.drainCheck)) != nil else { break }  // cancelled: at the end
    }
    let start = ContinuousClock.now
    let result = await dispatcher.lifecycle(within: stop) { instance.stop($0) }
    let left = max(Self.shortestDestroy, all - (ContinuousClock.now - start) / .seconds(1))
    let name = instance.descriptor.name
    switch result {
    case .actions: await loader.destroy(instance, within: left)
    case .failure(let text):
      logger.warning("\(name) failed to stop: \(text)", metadata: instance.logNames)
      await loader.destroy(instance, within: left)
    case nil:
      logger.error(
        "\(name) did not stop within \(stop) s, and is left as it is", metadata: instance.logNames)
    }
    instance.end()
  }
}
