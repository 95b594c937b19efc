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

  typealias Outcome = Result<AgentResult, AgentClientError>

  private struct Waiting {
    let number: Int
    let outcome: AsyncStream<Outcome>.Continuation
    let timer: Scheduled<Void>
  }

  /// Its name in envelopes.
  nonisolated let listName: String
  private let client: RedisClient
  private let keys: Keys
  private let key: String
  /// What has been taken from the list and not been received for certain.
  private let takenKey: String
  /// By the request's id; several where one was sent more than once with the same key.
  private var waiting: [String: [Waiting]] = [:]
  /// Where each that waits is found, by its number.
  private var places: [Int: String] = [:]
  private var nextNumber = 0
  private var connection: RedisConnection?
  private var isEnded = false

  init(client: RedisClient, keys: Keys) {
    self.client = client
    self.keys = keys
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
  func send(_ request: Request, timeout: Duration) async throws(AgentClientError) -> AgentResult {
    if isEnded { throw AgentClientError(.notRunning, "the client is not running") }
    // Before it is sent: the result may come before the answer.
    let (outcomes, number) = expect(request.messageID, within: timeout)
    do throws(AgentClientError) {
      let sent = try await request.send(client, keys: keys)
      if sent.wasKnown { try adopt(request.messageID, number, sentAs: sent.messageID) }
    } catch {
      resume(request.messageID, .failure(error))
    }
    for await outcome in outcomes { return try outcome.get() }
    forget(number)
    throw AgentClientError(.notRunning, "the task that waited for the result was cancelled")
  }

  /// What waits for the request's result, and its number.
  private func expect(
    _ messageID: String, within timeout: Duration
  ) -> (AsyncStream<Outcome>, number: Int) {
    let (outcomes, outcome) = AsyncStream.makeStream(of: Outcome.self, bufferingPolicy: .bufferingOldest(1))
    let number = nextNumber
    nextNumber += 1
    let timer = IOActor.eventLoop.scheduleTask(in: TimeAmount(timeout)) {
      IOActor.assumeIsolated {
        _ = self.forget(number)?.outcome.yield(
          .failure(AgentClientError(.timedOut, "no result within \(timeout)")))
      }
    }
    add(Waiting(number: number, outcome: outcome, timer: timer), to: messageID)
    return (outcomes, number)
  }

  /// The request had been sent before under another id: if that was here, its result is this one's too.
  private func adopt(
    _ messageID: String, _ number: Int, sentAs known: String
  ) throws(AgentClientError) {
    guard waiting[known] != nil, let request = forget(number, cancellingTimer: false) else {
      throw AgentClientError(
        .alreadySent, "a request with this key was sent before as \(known); its result goes to its sender")
    }
    add(request, to: known)
  }

  private func add(_ request: Waiting, to messageID: String) {
    waiting[messageID, default: []].append(request)
    places[request.number] = messageID
  }

  /// Only the first result of a request is taken.
  private func resume(_ messageID: String, _ result: Outcome) {
    for request in waiting.removeValue(forKey: messageID) ?? [] {
      places[request.number] = nil
      request.timer.cancel()
      request.outcome.yield(result)
    }
  }

  /// One that waits no longer, if it did.
  @discardableResult
  private func forget(_ number: Int, cancellingTimer: Bool = true) -> Waiting? {
    guard let messageID = places.removeValue(forKey: number), var requests = waiting[messageID],
      let index = requests.firstIndex(where: { $0.number == number })
    else { return nil }
    let request = requests.remove(at: index)
    waiting[messageID] = requests.isEmpty ? nil : requests
    if cancellingTimer { request.timer.cancel() }
    return request
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
