import RedisClient
import ServiceLifecycle

/// Tells when a worker on probation has nothing left to do. It tells again and again: what was said may not have been
/// heard, and there may be new suspects by then.
@IOActor
final class ProbationService: Service {
  private static let interval = Duration.seconds(1)

  private let registry: AgentRegistry
  private let cleared: @IOActor () -> Void

  init(registry: AgentRegistry, cleared: @escaping @IOActor () -> Void) {
    self.registry = registry
    self.cleared = cleared
  }

  func run() async throws {
    await HostEnd.cancels { await self.watch() }
  }

  private func watch() async {
    // Cancelled: the host ends.
    while (try? await IOActor.sleep(untilNext: Self.interval)) != nil {
      if registry.isClearOfSuspects { cleared() }
    }
  }
}
