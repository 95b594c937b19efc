import AgentEnvelope
import AgentStreams
import NIOCore
import RedisClient

/// One list and one connection on which all requests of this process wait.
@IOActor
final class ResultInbox {
  private static let block = TimeAmount.seconds(5)
  /// Results in one answer.
  private static let maximumBatch = 256

  private struct Waiting {
    let outcome: AsyncStream<Result<AgentResult, AgentClientError>>.Continuation
    let timer: Scheduled<Void>
  }

  /// Its name in envelopes.
  nonisolated let listName: String
  private let client: RedisClient
  private let key: String
  /// What has been taken from the list and not been received for certain.
  private let takenKey: String
  private var waiting: [String: Waiting] = [:]
  private var connection: RedisConnection?
  private var isEnded = false

  init(client: RedisClient, keys: Keys) {
    self.client = client
    listName = "result:client:\(String(UInt64.random(in: .min ... .max), radix: 36))"
    key = keys.resultList(listName)
    takenKey = keys.resultList("\(listName):taken")
  }

  /// Receives until the task is cancelled.
  func run() async {
    await withTaskCancellationHandler {
      await receiveUntilEnded()
    } onCancel: {
      // Owned by this handler; it closes one connection and ends what waits.
      Task { await self.end() }
    }
    end()
    // Results that come later would stay for ever: nobody reads this list again.
    // Without a server there is nothing to delete.
    _ = try? await client.send(RedisCommand("DEL", key, takenKey))
  }

  /// Sends a request and waits for its result.
  func send(
    _ request: Request, to stream: String, timeout: Duration
  ) async throws(AgentClientError) -> AgentResult {
    if isEnded { throw AgentClientError(.notRunning, "the client is not running") }
    let outcomes = expect(request.messageID, within: timeout)
    do throws(AgentClientError) {
      try await add(request, to: stream)
    } catch {
      resume(request.messageID, .failure(error))
    }
    for await outcome in outcomes { return try outcome.get() }
    resume(request.messageID, .failure(AgentClientError(.notRunning, "cancelled")))
    throw AgentClientError(.notRunning, "the task that waited for the result was cancelled")
  }

  private func add(_ request: Request, to stream: String) async throws(AgentClientError) {
    var command = RedisCommand("XADD")
    command.append(stream)
    command.append("NOMKSTREAM")
    command.append("*")
    command.append("envelope")
    command.append(request.envelope)
    do throws(RedisError) {
      guard try await client.send(command).root.isNull else { return }
    } catch {
      throw AgentClientError(.unreachable, error.description)
    }
    throw AgentClientError(
      .noSuchRole, "nobody has ever served the role \"\(request.role)\"; is agenthost running?")
  }

  /// Where the result will be put, or that none came in time.
  private func expect(
    _ messageID: String, within timeout: Duration
  ) -> AsyncStream<Result<AgentResult, AgentClientError>> {
    let (outcomes, outcome) = AsyncStream.makeStream(
      of: Result<AgentResult, AgentClientError>.self, bufferingPolicy: .bufferingOldest(1))
    let timer = IOActor.eventLoop.scheduleTask(in: TimeAmount(timeout)) {
      IOActor.assumeIsolated {
        self.resume(messageID, .failure(AgentClientError(.timedOut, "no result within \(timeout)")))
      }
    }
    waiting[messageID] = Waiting(outcome: outcome, timer: timer)
    return outcomes
  }

  /// Only the first result of a request is taken.
  private func resume(_ messageID: String, _ result: Result<AgentResult, AgentClientError>) {
    guard let request = waiting.removeValue(forKey: messageID) else { return }
    request.timer.cancel()
    request.outcome.yield(result)
  }

  private func end() {
    isEnded = true
    connection?.close()
    for messageID in Array(waiting.keys) {
      resume(messageID, .failure(AgentClientError(.notRunning, "the client has ended")))
    }
  }

  private func receiveUntilEnded() async {
    var backoff = Backoff()
    while !isEnded {
      do throws(RedisError) {
        try await receive { backoff.reset() }
      } catch {
        if isEnded { return }
        try? await Task.sleep(for: backoff.next())  // cancelled: the loop's condition decides
      }
    }
  }

  /// What is received is taken off the lists only afterwards, so that none is lost with a connection; one that
  /// comes twice is known by its request.
  private func receive(succeeded: () -> Void) async throws(RedisError) {
    let connection = try await client.openDedicated(name: "results")
    self.connection = connection
    defer { connection.close() }
    while !isEnded {
      try await receiveWaiting(in: takenKey, connection)
      try await receiveWaiting(in: key, connection)
      // Moved to a second list by the server, which may be asked for it again.
      _ = try await connection.sendBlocking(
        RedisCommand(
          "BLMOVE", key, takenKey, "RIGHT", "LEFT", String(Self.block.nanoseconds / 1_000_000_000)),
        block: Self.block)
      succeeded()
    }
  }

  /// Receives all that lies in a list, the oldest first; new ones come to its other end.
  private func receiveWaiting(in list: String, _ connection: RedisConnection) async throws(RedisError) {
    while true {
      let reply = try await connection.send(RedisCommand("LRANGE", list, "-\(Self.maximumBatch)", "-1"))
      let results = reply.root.elements.map { $0.compactMap(\.bytes) } ?? []
      if results.isEmpty { return }
      for result in results.reversed() { received(result) }
      _ = try await connection.send(RedisCommand("LTRIM", list, "0", "-\(results.count + 1)"))
      if results.count < Self.maximumBatch { return }
    }
  }

  private func received(_ buffer: ByteBuffer) {
    guard let result = AgentResult(buffer) else { return }
    resume(result.messageID, .success(result))
  }
}
