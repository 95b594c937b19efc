import AgentClient
import Foundation
import RedisTestServer
import Testing

@Suite("How a request is to be treated", .running(["TestAgents"]))
struct SendOptionsTests {
  private let system: RunningSystem
  private var wire: Wire { system.wire }

  init() throws {
    system = try #require(RunningSystem.current)
  }

  @Test("a hundred times at once with one key: one execution, and the same id back")
  func idempotent() async throws {
    let key = "order-\(UInt64.random(in: .min ... .max))"
    let ids = try await AgentClient.withClient(.init(redisURL: system.server.url)) { client in
      try await withThrowingTaskGroup(of: SentRequest.self) { group in
        for _ in 0..<100 {
          group.addTask {
            try await client.send(
              conversationID: "idempotent", payload: Array(#"{"seconds":0}"#.utf8), role: "slow",
              options: RequestOptions(idempotencyKey: key))
          }
        }
        return try await group.reduce(into: [SentRequest]()) { $0.append($1) }
      }
    }
    #expect(Set(ids.map(\.messageID)).count == 1)
    #expect(ids.count { !$0.wasKnown } == 1)
    let id = try #require(ids.first?.messageID)
    #expect(try await wire.result(from: "result:\(id)").errors.isEmpty)
    #expect(system.host.log.split(separator: "\n").count { $0.contains("slow: begins \(id)") } == 1)
  }

  @Test("who asks twice with one key at one client gets the answer twice; elsewhere it says whose it is")
  func idempotentRequests() async throws {
    let options = RequestOptions(idempotencyKey: "twice-\(UInt64.random(in: .min ... .max))")
    let payload = Array(#"{"seconds":0.2}"#.utf8)
    let url = system.server.url
    let answers = try await AgentClient.withClient(.init(redisURL: url)) { client in
      async let first = client.request(conversationID: "a", payload: payload, role: "slow", options: options)
      async let second = client.request(conversationID: "b", payload: payload, role: "slow", options: options)
      return try await [first.messageID, second.messageID]
    }
    #expect(answers[0] == answers[1])
    let other = await #expect(throws: AgentClientError.self) {
      try await AgentClient.withClient(.init(redisURL: url)) { client in
        try await client.request(conversationID: "a", payload: payload, role: "slow", options: options)
      }
    }
    #expect(other?.code == .alreadySent)
    #expect(other?.message.contains(answers[0]) == true)
  }

  @Test("times beyond all measure are very long times")
  func endlessTimes() async throws {
    let endless = Duration.seconds(Int64.max)
    let options = RequestOptions(
      delay: endless, deadline: endless, idempotencyKey: "endless-\(UInt64.random(in: .min ... .max))",
      idempotencyWindow: endless)
    let sent = try await AgentClient.withClient(.init(redisURL: system.server.url)) { client in
      try await client.send(conversationID: "endless", text: "x", role: "throwing", options: options)
    }
    let delayed = try system.server.cli("ZRANGE", "agenthost:delayed:throwing", "0", "-1")
    #expect(delayed.contains(sent.messageID))
  }

  @Test("what is to wait a short while is not late, though hosts look for it every five seconds only")
  func shortDelays() async throws {
    let options = RequestOptions(delay: .milliseconds(50))
    let payload = Array(#"{"seconds":0.01}"#.utf8)
    let start = ContinuousClock.now
    try await AgentClient.withClient(.init(redisURL: system.server.url)) { client in
      for _ in 0..<8 {
        _ = try await client.request(conversationID: "a", payload: payload, role: "slow", options: options)
      }
    }
    // By their own looks it would be twenty seconds on the average.
    #expect(ContinuousClock.now - start < .seconds(8))
  }

  @Test("--detach prints the id; --priority and --delay decide where it waits")
  func detached() async throws {
    let settings = ["REDIS_URL": system.server.url]
    let words = ["send", "--role", "silent", "--detach", "--delay", "3000", "--priority", "low", "x"]
    let sent = try await Finished.program(
      try BuildFolder.path(of: "agenthost"), words,
      environment: ChildProgram.hostlessEnvironment().merging(settings) { $1 })
    #expect(sent.status == 0, "\(sent.errors)")
    let id = sent.output.trimmingCharacters(in: .newlines)
    let waiting = try system.server.cli("ZRANGE", "agenthost:delayed:silent", "0", "-1")
    #expect(waiting.hasPrefix("\(id)\nlow\n{"))
  }

  @Test("options that can't be: exit 2")
  func wrongOptions() async throws {
    for words in [
      ["--priority", "urgent"], ["--delay", "-1"], ["--deadline", "0"], ["--detach", "--json"],
    ] {
      let sent = try await Finished.program(
        try BuildFolder.path(of: "agenthost"), ["send", "x"] + words,
        environment: ChildProgram.hostlessEnvironment().merging(["REDIS_URL": system.server.url]) { $1 })
      #expect(sent.status == 2, "\(words): \(sent.errors)")
    }
  }
}
