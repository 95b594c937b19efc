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
    /// Why the first of them have no answer.
    var reasons: [String] = []
    /// When an answer came last.
    var lastAnswer = ContinuousClock.now
    /// How long the right answers took.
    var durations: [Duration] = []

    /// Empty where each request was answered, and rightly.
    var faults: [String] { unanswered == 0 ? wrong : wrong + ["\(unanswered) unanswered:"] + reasons }

    /// The time within which so many of a hundred right answers came.
    func percentile(_ percent: Int) -> Duration {
      let sorted = durations.sorted()
      return sorted.isEmpty ? .zero : sorted[min(sorted.count - 1, sorted.count * percent / 100)]
    }
  }

  private let url: String
  private let patience: Duration
  private let inFlight: Int
  private let pace: Duration
  private let state = Mutex((counts: Counts(), stops: false))

  /// `patience`: how long a request may take before it passes for lost; on a busy machine some take long. `pace`: from
  /// one request of each of the `inFlight` to its next, at the least.
  init(url: String, patience: Duration = RedisTestServer.patience, inFlight: Int = 8, pace: Duration = .zero)
  {
    self.url = url
    self.inFlight = inFlight
    self.pace = pace
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
  func waitForAnswers(_ count: Int = 50, within limit: Duration = RedisTestServer.patience) async throws {
    let before = counts.right
    try await RedisTestServer.wait(until: "\(count) more requests have been answered", within: limit) {
      counts.right >= before + count
    }
  }

  private func sendUntilStopped() async throws {
    try await AgentClient.withClient(.init(redisURL: url)) { client in
      await withDiscardingTaskGroup { group in
        for worker in 0..<self.inFlight {
          group.addTask {
            var number = 0
            while self.state.withLock({ !$0.stops }) {
              let next = ContinuousClock.now + self.pace
              await self.send("worker \(worker) request \(number)", client)
              number += 1
              // Cancelled: the next turn decides.
              if self.pace > .zero { try? await Task.sleep(until: next) }
            }
          }
        }
      }
    }
  }

  private func send(_ text: String, _ client: AgentClient) async {
    let start = ContinuousClock.now
    do throws(AgentClientError) {
      let answer = try await client.processRequest(conversationID: "load", text: text, timeout: patience)
      state.withLock { state in
        if answer == String(text.uppercased().reversed()) {
          state.counts.right += 1
          state.counts.lastAnswer = .now
          state.counts.durations.append(state.counts.lastAnswer - start)
        } else {
          state.counts.wrong.append("\(text) was answered by \(answer)")
        }
      }
    } catch {
      state.withLock { state in
        state.counts.unanswered += 1
        if state.counts.reasons.count < 10 { state.counts.reasons.append("\(text): \(error)") }
      }
      // Without a server every attempt fails at once.
      try? await Task.sleep(for: .milliseconds(50))  // cancelled: the loop ends
    }
  }
}
