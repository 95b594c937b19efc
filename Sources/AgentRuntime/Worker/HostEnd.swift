import RedisClient
import ServiceLifecycle

/// The end of the host, for a service that has something to do by then.
@IOActor
final class HostEnd {
  private let hasCome = Condition()
  private var isHere = false

  /// Runs `operation`, and cancels it when the host is to end.
  nonisolated static func cancels(_ operation: @escaping @Sendable () async -> Void) async {
    await withTaskGroup { group in
      group.addTask { await operation() }
      group.addTask { await HostEnd().wait() }
      await group.next()
      group.cancelAll()
    }
  }

  /// What `operation` comes to; nil where the end of the host comes first, which cancels it.
  nonisolated static func cutting<Value: Sendable>(
    _ operation: @escaping @Sendable () async throws -> Value
  ) async throws -> Value? {
    try await withThrowingTaskGroup(of: Value?.self) { group in
      group.addTask { try await operation() }
      group.addTask {
        await HostEnd().wait()
        return nil
      }
      defer { group.cancelAll() }
      return try await group.next() ?? nil
    }
  }

  /// Returns when the host is to end, or the task is cancelled. What the library of services has for both would be
  /// woken by a task on the pool that all of Swift's tasks share.
  func wait() async {
    await withTaskCancellationHandler {
      await withGracefulShutdownHandler {
        await hasCome.wait { !isHere }
      } onGracefulShutdown: {
        IOActor.execute { self.come() }
      }
    } onCancel: {
      IOActor.execute { self.come() }
    }
  }

  private func come() {
    isHere = true
    hasCome.wakeAll()
  }
}
