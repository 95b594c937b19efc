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
  /// So far, of the pool.
  package private(set) var connectionsMade = 0
  /// Of the pool, now.
  package var connectionsOpen: Int { pool.connections.count }
  /// Commands for which no connection has room.
  package var commandsWaiting: Int { pool.waitingCount }
  /// How it stands with the server.
  package private(set) var health = RedisHealth(now: .now)
  private var report = ConnectionReport()
  private var failures = FailureReport()
  /// Called when the last connection is lost.
  var whenDisconnected: (@IOActor () -> Void)?

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

  /// Sends commands in one go, once, and waits until all are answered. The first error that the server answers with is
  /// thrown; others may have been carried out.
  package func send(_ commands: [RedisCommand]) async throws(RedisError) {
    var connection = pool.connectionForNext()
    if connection == nil {
      // Makes one, or waits until one has room.
      try await connect()
      connection = pool.connectionForNext()
    }
    guard let connection else { throw .notSent(why: "there is no connection with room") }
    _ = try await connection.send(commands)
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
      guard (try? await IOActor.sleep(for: wait)) != nil else { throw error }
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
    do throws(RedisError) {
      guard let connection = pool.connectionForNext() else { return try await sendWhenThereIsRoom(bytes) }
      return try await connection.sendEncoded(bytes)
    } catch {
      if error.meaning == .replica { leaveReplica() }
      throw error
    }
  }

  /// The server is a replica: what is sent next goes to whatever its name leads to then.
  package func leaveReplica() {
    for connection in pool.connections { connection.close() }
  }

  private func sendWhenThereIsRoom(_ bytes: ByteBuffer) async throws(RedisError) -> RedisReply {
    let number = pool.takeNumber()
    let result = await withTaskCancellationHandler {
      await withCheckedContinuation {
        (continuation: CheckedContinuation<Result<RedisReply, RedisError>, Never>) in
        if isClosed { return continuation.resume(returning: .failure(Self.closed)) }
        pool.wait(.init(number: number, command: bytes) { continuation.resume(returning: $0) })
        // Said before it waited, it met nobody.
        if Task.isCancelled { cancel(number) }
        advance()
      }
    } onCancel: {
      IOActor.execute { self.cancel(number) }
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
      pool.opened(connection)
      connectionsMade += 1
      if let absence = health.connected(now: .now), let line = report.connected(after: absence) {
        logger.notice("\(line)")
      }
      connection.onClose { [weak self, weak connection] error in connection.map { self?.lost($0, error) } }
    } catch {
      health.failed()
      if pool.isEmpty { warn(error) }
      for waiting in pool.openingFailed(now: .now()) { waiting.completion(.failure(error)) }
    }
    opening = nil
    advance()
  }

  private func lost(_ connection: RedisConnection, _ error: RedisError) {
    pool.lost(connection)
    if isClosed { return }
    if pool.isEmpty, health.disconnected(now: .now) {
      health.failed()
      warn(error)
      whenDisconnected?()
    }
    advance()
  }

  /// Tells of a failure after which its caller tries again: at most one line a second for each cause, of all callers
  /// together.
  package func warn(_ what: @autoclosure () -> String, _ error: RedisError) {
    if let line = failures.failed(what(), error) { logger.warning("\(line)") }
  }

  /// Who never was connected learns by the error itself why not.
  private func warn(_ error: RedisError) {
    if connectionsMade > 0, let line = report.failed(error) { logger.warning("\(line)") }
  }

  /// Sends a PING on each connection, and makes one where there is none. False where that was in vain.
  func check() async -> Bool {
    closeIdle()
    if pool.isEmpty {
      // It has been reported and counted where it happened.
      guard (try? await connect()) != nil else { return false }
    }
    return await withTaskGroup(of: Bool.self) { group in
      for connection in pool.connections { group.addTask { await self.ping(connection) } }
      var isHealthy = true
      for await isAnswered in group where !isAnswered { isHealthy = false }
      return isHealthy
    }
  }

  /// One that does not answer in time is closed by itself; one that answers otherwise than it should, here.
  private func ping(_ connection: RedisConnection) async -> Bool {
    let start = ContinuousClock.now
    do throws(RedisError) {
      _ = try await connection.send(RedisCommand("PING"))
      health.answered(after: .now - start)
      return true
    } catch {
      health.failed()
      if error.meaning != .passing { connection.close() }
      return false
    }
  }

  package func close() {
    isClosed = true
    health.closed()
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
