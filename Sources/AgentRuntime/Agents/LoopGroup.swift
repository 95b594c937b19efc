import RedisClient

/// Owns loops that begin and end while the host runs: a task group that can be handed work.
@IOActor
final class LoopGroup {
  private let operations: AsyncStream<@Sendable () async -> Void>
  private let continuation: AsyncStream<@Sendable () async -> Void>.Continuation

  init() {
    (operations, continuation) = AsyncStream.makeStream()
  }

  func add(_ operation: @escaping @Sendable () async -> Void) {
    continuation.yield(operation)
  }

  /// No more will be added; `run` returns once all loops have ended.
  func finish() {
    continuation.finish()
  }

  func run() async {
    await withDiscardingTaskGroup { group in
      for await operation in operations { group.addTask { await operation() } }
    }
  }
}
