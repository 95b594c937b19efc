import AgentPlugins
import Logging
import RedisClient

/// Calls agents that want to be called again and again: each one interval after the end of the call before.
@IOActor
final class AgentTimers {
  /// Between two looks for agents that have come or gone.
  private static let longestPause = Duration.seconds(1)
  /// How long an agent may take for it.
  private static let limit = 30.0

  private let registry: AgentRegistry
  private let dispatcher: Dispatcher
  private let logger: Logger
  private var timers: [ObjectIdentifier: (instance: AgentInstance, due: ContinuousClock.Instant?)] = [:]

  init(registry: AgentRegistry, dispatcher: Dispatcher, logger: Logger) {
    self.registry = registry
    self.dispatcher = dispatcher
    self.logger = logger
  }

  func run() async {
    await withDiscardingTaskGroup { group in
      while !Task.isCancelled {
        let now = ContinuousClock.now
        follow(now)
        for (id, timer) in timers {
          guard let due = timer.due, due <= now else { continue }
          timers[id]?.due = nil
          group.addTask { await self.fire(timer.instance) }
        }
        let pause = timers.values.compactMap(\.due).min().map { $0 - now } ?? Self.longestPause
        // Cancelled: the condition of the loop decides.
        try? await IOActor.sleep(for: min(pause, Self.longestPause))
      }
    }
  }

  /// Those that are there now, and no others.
  private func follow(_ now: ContinuousClock.Instant) {
    let instances = registry.agents.map(\.instance).filter { $0.timerInterval != nil }
    let before = timers
    timers = [:]
    for instance in instances {
      let id = ObjectIdentifier(instance)
      timers[id] = before[id] ?? (instance, now + .seconds(instance.timerInterval ?? 0))
    }
  }

  private func fire(_ instance: AgentInstance) async {
    let name = instance.descriptor.name
    switch await dispatcher.lifecycle(within: Self.limit, endsWithTask: true, instance.fire) {
    case .actions: break
    case .failure(let text): logger.warning("\(name) failed when it was time: \(text)")
    case nil where Task.isCancelled: return
    case nil: logger.warning("\(name) did not end within \(Self.limit) s what it does again and again")
    }
    let id = ObjectIdentifier(instance)
    timers[id]?.due = .now + .seconds(instance.timerInterval ?? 0)
  }
}
