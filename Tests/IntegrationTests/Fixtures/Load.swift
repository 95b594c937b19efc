import AgentClient
import RedisTestServer

/// Requests to the demo's agents by one client, so many of them at once, each with a text of its own.
struct Load: Sendable {
  struct Outcome: Sendable {
    var right = 0
    /// What went wrong, the first few of it.
    var wrong: [String] = []

    mutating func add(_ problem: String?) {
      if let problem {
        if wrong.count < 10 { wrong.append(problem) }
      } else {
        right += 1
      }
    }
  }

  let requests: Int
  let inFlight: Int

  /// `progress` is told after each answer how many have come.
  func run(
    on system: RunningSystem, progress: @escaping @Sendable (Int) -> Void = { _ in }
  ) async throws -> Outcome {
    try await AgentClient.withClient(.init(redisURL: system.server.url)) { client in
      await withTaskGroup(of: String?.self) { group in
        var outcome = Outcome()
        var answered = 0
        func take(_ problem: String?) {
          outcome.add(problem)
          answered += 1
          progress(answered)
        }
        for number in 0..<requests {
          if number >= inFlight, let problem = await group.next() { take(problem) }
          group.addTask { await self.problem(number, client) }
        }
        for await problem in group { take(problem) }
        return outcome
      }
    }
  }

  /// What is wrong with the answer to a request; nil when nothing is.
  private func problem(_ number: Int, _ client: AgentClient) async -> String? {
    do throws(AgentClientError) {
      let text = "request \(number)"
      let answer = try await client.processRequest(conversationID: "load-\(number)", text: text)
      return answer == String(text.uppercased().reversed()) ? nil : "\(text) was answered by \(answer)"
    } catch {
      return "request \(number): \(error)"
    }
  }
}
