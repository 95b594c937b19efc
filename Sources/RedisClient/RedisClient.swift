package import Logging
import NIOCore

/// A server that may come and go: few pipelined connections for commands, made when they are needed and again
/// when they are lost, and connections of their own for whoever blocks.
@IOActor
package final class RedisClient {
  /// Bytes of commands under way on one connection; beyond, another is opened, or the command waits.
  private static let bytesInFlight = 4 << 20

  package let settings: RedisConnectionSettings
  package let logger: Logger
  private var pool: ConnectionPool<RedisConnection>
  /// The attempt that is under way. It is bounded by the connect and command timeouts.
  private var opening: Task<Void, Never>?
  private var isClosed = false

  package init(settings: RedisConnectionSettings, logger: Logger) {
    self.settings = settings
    self.logger = logger
    pool = ConnectionPool(ceiling: settings.maximumConnections, bytesForEach: Self.bytesInFlight)
  }

  /// Sends a command that must not take effect twice.
  package func send(_ command: consuming RedisCommand) async throws(RedisError) -> RedisReply {
    try await send(command, effect: .once)
  }

  /// Sends a command and waits for its answer. An error that the server answers with is thrown.
  ///
  /// What surely was not executed is sent again a few times, and so is a `repeatable` command whose
  /// connection was lost or whose answer did not come. For longer, the caller has its own loop.
  package func send(
    _ command: consuming RedisCommand, effect: CommandEffect
  ) async throws(RedisError) -> RedisReply {
    let bytes = command.encode()
    do throws(RedisError) {
      return try await sendOnce(bytes)
    } catch {
      return try await sendAgain(bytes, effect: effect, after: error)
    }
  }

  /// One attempt to be answered by the server, for whoever wants to hear at once that there is none.
  package func connect() async throws(RedisError) {
    var command = RedisCommand("PING")
    _ = try await sendOnce(command.encode())
  }

  private func sendAgain(
    _ bytes: ByteBuffer, effect: CommandEffect, after first: RedisError
  ) async throws(RedisError) -> RedisReply {
    var policy = RetryPolicy(effect: effect, attempts: settings.retryAttempts)
    var error = first
    while let wait = policy.wait(after: error) {
      // Cancelled: whoever asked does not wait any more.
      guard (try? await Task.sleep(for: wait)) != nil else { throw error }
      do throws(RedisError) {
        return try await sendOnce(bytes)
      } catch let next {
        error = next
      }
    }
    throw error
  }

  private func sendOnce(_ bytes: ByteBuffer) async throws(RedisError) -> RedisReply {
    defer { if pool.hasWaiting { advance() } }
    guard let connection = pool.connectionForNext() else { return try await sendWhenThereIsRoom(bytes) }
    return try await connection.sendEncoded(bytes)
  }

  private func sendWhenThereIsRoom(_ bytes: ByteBuffer) async throws(RedisError) -> RedisReply {
    if isClosed { throw Self.closed }
    let number = pool.takeNumber()
    let result = await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        pool.wait(.init(number: number, command: bytes) { continuation.resume(returning: $0) })
        advance()
      }
    } onCancel: {
      IOActor.eventLoop.execute { IOActor.assumeIsolated { self.cancel(number) } }
    }
    return try RedisConnection.checked(result)
  }

  private func cancel(_ number: UInt64) {
    pool.cancel(number)?.completion(.failure(.notSent(why: "the task that waited to send it was cancelled")))
  }

  /// Does what the pool decides.
  private func advance() {
    while let step = pool.nextStep(now: .now()) {
      switch step {
      case .send(let waiting, let connection):
        connection.send(waiting.command, completion: waiting.completion)
      case .open:
        opening = Task { await self.openAnother() }
      }
    }
  }

  private func openAnother() async {
    do throws(RedisError) {
      let connection = try await RedisConnection.open(settings)
      if isClosed { return connection.close() }
      connection.onClose { [weak self, weak connection] _ in connection.map { self?.lost($0) } }
      pool.opened(connection)
    } catch {
      let failed = pool.openingFailed(now: .now())
      if !pool.isEmpty { logger.debug("no further connection could be made: \(error)") }
      for waiting in failed { waiting.completion(.failure(error)) }
    }
    opening = nil
    advance()
  }

  private func lost(_ connection: RedisConnection) {
    pool.lost(connection)
    advance()
  }

  package func close() {
    isClosed = true
    opening?.cancel()
    for waiting in pool.takeWaiting() { waiting.completion(.failure(Self.closed)) }
    for connection in pool.connections { connection.close() }
  }

  private static var closed: RedisError { .notSent(why: "the client is closed") }

  /// Closes connections that were opened for a rush and have not been used since the last call.
  package func closeIdle() {
    for connection in pool.takeIdle() { connection.close() }
  }

  /// Commands under way, and commands that wait for room.
  package var load: (sent: Int, waiting: Int) {
    (pool.connections.reduce(0) { $0 + $1.commandsInFlight }, pool.waitingCount)
  }

  /// A connection for one reader that blocks. The caller closes it.
  package func openDedicated(name: String) async throws(RedisError) -> RedisConnection {
    var dedicated = settings
    dedicated.name = "\(settings.name)/\(name)"
    return try await RedisConnection.open(dedicated)
  }

  /// Ends the block of another connection, which is then answered as if its time were up.
  package func unblock(_ connection: RedisConnection) async throws(RedisError) {
    _ = try await send(RedisCommand("CLIENT", "UNBLOCK", String(connection.clientID)))
  }
}
