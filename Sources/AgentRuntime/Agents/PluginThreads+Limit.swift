import AgentPlugins
import NIOCore
import RedisClient

extension PluginThreads {
  /// Runs `body` on one of the threads and waits for it, for at most `seconds`; nil when it takes longer, or when the task
  /// is cancelled before. By the event loop's clock: `Task.sleep` would be woken by the pool that all of Swift's tasks share.
  @IOActor
  func run<Value: Sendable>(within seconds: Double, _ body: @escaping @Sendable () -> Value) async -> Value? {
    let call = LimitedCall<Value>()
    let timer = IOActor.eventLoop.scheduleTask(in: .fractional(seconds: seconds)) {
      IOActor.assumeIsolated { call.end(nil) }
    }
    defer { timer.cancel() }
    return await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        call.begin(continuation)
        enqueue(
          .call {
            let value = body()
            IOActor.execute { call.end(value) }
          })
      }
    } onCancel: {
      IOActor.execute { call.end(nil) }
    }
  }
}

/// One call that is waited for; what comes first is its end.
@IOActor
private final class LimitedCall<Value: Sendable> {
  private var continuation: CheckedContinuation<Value?, Never>?
  private var isEnded = false

  func begin(_ continuation: CheckedContinuation<Value?, Never>) {
    if isEnded { return continuation.resume(returning: nil) }
    self.continuation = continuation
  }

  func end(_ value: Value?) {
    isEnded = true
    continuation.take()?.resume(returning: value)
  }
}
