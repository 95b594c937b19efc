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

  package nonisolated var unownedExecutor: UnownedSerialExecutor {
    Self.eventLoop.executor.asUnownedSerialExecutor()
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
