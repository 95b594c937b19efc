import AgentClient
import RedisTestServer
import Synchronization

/// Requests to the demo's agents, so many at least and for so long at least.
final class ChaosLoad: Sendable {
  struct Outcome: Sendable {
    var answered = 0
    var wrong: [String] = []
    var seconds = 0.0
  }

  private static let inFlight = 32
  /// How long one request may take: many lives of workers.
  private static let patience = Duration.seconds(120)

  private let server: RedisTestServer
  private let requests: Int
  private let duration: Duration
  private let ended = Mutex(false)

  init(server: RedisTestServer, requests: Int, duration: Duration) {
    self.server = server
    self.requests = requests
    self.duration = duration
  }

  var isRunning: Bool { ended.withLock { !$0 } }

  func run() async throws -> Outcome {
    defer { ended.withLock { $0 = true } }
    let start = ContinuousClock.now
    var outcome = try await AgentClient.withClient(.init(redisURL: server.url)) { client in
      await withTaskGroup(of: String?.self) { group in
        var outcome = Outcome()
        var sent = 0
        func take(_ problem: String?) {
          outcome.answered += 1
          if let problem, outcome.wrong.count < 10 { outcome.wrong.append(problem) }
        }
        while sent < self.requests || ContinuousClock.now - start < self.duration {
          if sent >= Self.inFlight, let problem = await group.next() { take(problem) }
          let number = sent
          group.addTask { await Self.problem(number, client) }
          sent += 1
        }
        for await problem in group { take(problem) }
        return outcome
      }
    }
    outcome.seconds = (ContinuousClock.now - start) / .seconds(1)
    return outcome
  }

  /// What is wrong with the answer to a request; nil when nothing is.
  private static func problem(_ number: Int, _ client: AgentClient) async -> String? {
    let text = "request \(number)"
    do throws(AgentClientError) {
      let answer = try await client.processRequest(
        conversationID: "chaos-\(number)", text: text, timeout: patience)
      return answer == String(text.uppercased().reversed()) ? nil : "\(text) was answered by \(answer)"
    } catch {
      return "\(text): \(error)"
    }
  }
}
