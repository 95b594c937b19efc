import AgentEnvelope
import AgentStreams
import NIOCore
import RedisClient

/// One list and one connection on which all requests of this process wait.
@IOActor
final class ResultInbox {
  private static let block = TimeAmount.seconds(5)
  /// Results taken with the one that ended the wait.
  private static let maximumBatch = 256

  private struct Waiting {
    let outcome: AsyncStream<Result<AgentResult, AgentClientError>>.Continuation
    let timer: Scheduled<Void>
  }

  /// Its name in envelopes.
  nonisolated let listName: String
  private let client: RedisClient
  private let key: String
  private var waiting: [String: Waiting] = [:]
  private var connection: RedisConnection?
  private var isEnded = false

  init(client: RedisClient, keys: Keys) {
    self.client = client
    listName = "result:client:\(String(UInt64.random(in: .min ... .max), radix: 36))"
    key = keys.resultList(listName)
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
    _ = try? await client.send(RedisCommand("DEL", key))  // without a server there is nothing to delete
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

  private func receive(succeeded: () -> Void) async throws(RedisError) {
    let connection = try await client.openDedicated(name: "results")
    self.connection = connection
    defer { connection.close() }
    while !isEnded {
      let first = try await connection.sendBlocking(
        RedisCommand("BLPOP", key, String(Self.block.nanoseconds / 1_000_000_000)), block: Self.block)
      succeeded()
      guard var pair = first.root.elements, pair.next() != nil, let bytes = pair.next()?.bytes else {
        continue
      }
      received(bytes)
      let more = try await connection.send(RedisCommand("LPOP", key, String(Self.maximumBatch)))
      for element in more.root.elements.map({ Array($0) }) ?? [] {
        if let bytes = element.bytes { received(bytes) }
      }
    }
  }

  private func received(_ buffer: ByteBuffer) {
    guard let result = AgentResult(buffer) else { return }
    resume(result.messageID, .success(result))
  }
}

extension TimeAmount {
  init(_ duration: Duration) {
    let (seconds, attoseconds) = duration.components
    self = .seconds(seconds) + .nanoseconds(attoseconds / 1_000_000_000)
  }
}
