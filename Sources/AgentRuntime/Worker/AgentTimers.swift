import AgentPlugins
import Logging
import RedisClient

/// Calls agents that want to be called again and again: each one interval after the end of the call before, about, so that
/// they are called when the process is awake anyway. One that does not come to an end is not called any more.
@IOActor
final class AgentTimers {
  /// How long an agent may take for it.
  private static let limit = 30.0

  private let registry: AgentRegistry
  private let dispatcher: Dispatcher
  private let logger: Logger
  private var known: Set<ObjectIdentifier> = []
  private let change = Condition()
  private var isChanged = true

  init(registry: AgentRegistry, dispatcher: Dispatcher, logger: Logger) {
    self.registry = registry
    self.dispatcher = dispatcher
    self.logger = logger
  }

  /// Other agents, or other code of theirs, are served than before.
  func agentsChanged() {
    isChanged = true
    change.wakeAll()
  }

  func run() async {
    await withTaskCancellationHandler {
      await withDiscardingTaskGroup { group in
        while !Task.isCancelled {
          isChanged = false
          for instance in timed where known.insert(ObjectIdentifier(instance)).inserted {
            group.addTask { await self.call(instance) }
          }
          await change.wait { !isChanged && !Task.isCancelled }
        }
      }
    } onCancel: {
      IOActor.execute { self.change.wakeAll() }
    }
  }

  private var timed: [AgentInstance] { registry.agents.map(\.instance).filter { $0.timerInterval != nil } }

  private func call(_ instance: AgentInstance) async {
    defer { known.remove(ObjectIdentifier(instance)) }
    while let interval = instance.timerInterval,
      // Cancelled: the host ends.
      (try? await IOActor.sleep(for: IOActor.timeToBeat(in: .seconds(interval)))) != nil,
      timed.contains(where: { $0 === instance })
    {
      guard await fire(instance) else { return }
    }
  }

  /// Whether it is to be called again.
  private func fire(_ instance: AgentInstance) async -> Bool {
    let name = instance.descriptor.name
    switch await dispatcher.lifecycle(of: instance, within: Self.limit, endsWithTask: true, instance.fire) {
    case .actions: return true
    case .failure(let text):
      logger.warning("\(name) failed when it was time: \(text)", metadata: instance.logNames)
      return true
    case nil where Task.isCancelled: return false
    case nil:
      logger.error(
        "\(name) did not end within \(Self.limit) s what it does again and again, and is not called any more",
        metadata: instance.logNames)
      return false
    }
  }
}
