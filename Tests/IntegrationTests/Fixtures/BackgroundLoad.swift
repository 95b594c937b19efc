import AgentClient
import RedisTestServer
import Synchronization

/// Requests to the demo's agents, one batch after the other, until it is stopped: what happens to a host happens to
/// it under load.
final class BackgroundLoad: Sendable {
  struct Counts: Sendable {
    var right = 0
    /// Answers that are none of the request's.
    var wrong: [String] = []
    /// Requests that could not be sent, or that had no answer in time.
    var unanswered = 0
    /// When an answer came last.
    var lastAnswer = ContinuousClock.now
  }

  private static let inFlight = 8

  private let url: String
  private let patience: Duration
  private let state = Mutex((counts: Counts(), stops: false))

  /// `patience`: how long a request may take.
  init(url: String, patience: Duration = .seconds(20)) {
    self.url = url
    self.patience = patience
  }

  var counts: Counts { state.withLock { $0.counts } }

  /// Runs while `body` works; returns what came of the requests.
  func run(during body: () async throws -> Void) async throws -> Counts {
    async let load: Void = sendUntilStopped()
    do {
      try await waitForAnswers()
      try await body()
    } catch {
      state.withLock { $0.stops = true }
      _ = try? await load
      throw error
    }
    state.withLock { $0.stops = true }
    try await load
    return counts
  }

  /// Waits until requests are answered that were sent from now on.
  func waitForAnswers(_ count: Int = 50, within limit: Duration = .seconds(30)) async throws {
    let before = counts.right
    try await RedisTestServer.wait(until: "\(count) more requests have been answered", within: limit) {
      counts.right >= before + count
    }
  }

  private func sendUntilStopped() async throws {
    try await AgentClient.withClient(.init(redisURL: url)) { client in
      await withDiscardingTaskGroup { group in
        for worker in 0..<Self.inFlight {
          group.addTask {
            var number = 0
            while self.state.withLock({ !$0.stops }) {
              await self.send("worker \(worker) request \(number)", client)
              number += 1
            }
          }
        }
      }
    }
  }

  private func send(_ text: String, _ client: AgentClient) async {
    do throws(AgentClientError) {
      let answer = try await client.processRequest(conversationID: "load", text: text, timeout: patience)
      state.withLock { state in
        if answer == String(text.uppercased().reversed()) {
          state.counts.right += 1
          state.counts.lastAnswer = .now
        } else {
          state.counts.wrong.append("\(text) was answered by \(answer)")
        }
      }
    } catch {
      state.withLock { $0.counts.unanswered += 1 }
      // Without a server every attempt fails at once.
      try? await Task.sleep(for: .milliseconds(50))  // cancelled: the loop ends
    }
  }
}
