package import NIOCore
import NIOPosix

/// The one event loop of this process, as a global actor.
///
/// Connections, readers, dispatch and commits are isolated to it, so a message goes
/// through all of them without a lock and without a hop to another thread. Nothing that
/// may block or that runs an agent's code is isolated to it.
@globalActor
package actor IOActor {
  package static let shared = IOActor()

  /// Lives as long as the process.
  package static let eventLoop: any EventLoop = MultiThreadedEventLoopGroup(numberOfThreads: 1).next()

  private static let executor = IOExecutor(eventLoop: eventLoop)

  package nonisolated var unownedExecutor: UnownedSerialExecutor { Self.executor.asUnownedSerialExecutor() }

  /// Runs `body`, and all that it starts as child tasks, on the event loop, also where it is isolated to nothing. For a
  /// process whose tasks are all such: every other task that comes to the loop pays for it.
  package nonisolated static func withTasksOnLoop(_ body: @Sendable () async -> Void) async {
    executor.prefer()
    await withTaskExecutorPreference(executor) { await body() }
  }

  /// Has `body` run on the loop, soon and in the order of calls; from any thread, without a task.
  package nonisolated static func execute(_ body: @escaping @IOActor @Sendable () -> Void) {
    eventLoop.execute { assumeIsolated(body) }
  }

  /// Runs `body` as isolated code; for callbacks of the event loop, which are on its thread already.
  package nonisolated static func assumeIsolated<Value>(_ body: @IOActor () throws -> Value) rethrows -> Value
  {
    eventLoop.preconditionInEventLoop()
    return try withoutActuallyEscaping(body) { isolated in
      // SAFETY: isolation is part of a function's type only; the line above has made sure
      // that the thread is the one this actor runs on.
      try unsafeBitCast(isolated, to: (() throws -> Value).self)()
    }
  }
}
