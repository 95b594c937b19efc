import Foundation
import RedisTestServer
import Testing

@Suite("What happens to agents, as others hear of it")
struct LifecycleEventTests {
  private struct Event: Decodable {
    let kind: String
    let event: String
    let role: String
    let agent_id: String
    let busy: Bool
    let ts: Double
    let runs: Int
    let errors: Int
  }

  /// What somebody else's client hears on the channel.
  private struct Listener {
    let client: ChildProgram

    init(_ server: RedisTestServer) async throws {
      client = try ChildProgram("redis-cli", ["-s", server.socketPath, "SUBSCRIBE", "broadcast:role:stat"])
      try await RedisTestServer.wait(until: "it listens") {
        try server.cli("PUBSUB", "NUMSUB", "broadcast:role:stat").hasSuffix("\n1")
      }
    }

    func events(of role: String) throws -> [Event] {
      // The last line may not be whole yet.
      try String(decoding: client.output, as: UTF8.self).split(separator: "\n").filter {
        $0.hasPrefix("{") && $0.hasSuffix("}")
      }
      .map { try JSONDecoder().decode(Event.self, from: Data($0.utf8)) }.filter { $0.role == role }
    }

    func wait(for event: String, of role: String, times: Int = 1) async throws -> Event {
      var found: [Event] = []
      try await RedisTestServer.wait(until: "\(event) of \(role) is heard \(times) times") {
        found = try events(of: role).filter { $0.event == event }
        return found.count >= times
      }
      return found[times - 1]
    }
  }

  @Test("init, heartbeat, reload and exit, each with the agent's id and what it has done")
  func events() async throws {
    let server = try await RedisTestServer()
    let listener = try await Listener(server)
    let system = try await RunningSystem(["EchoC", "TestAgents"], server: server)
    let began = try await listener.wait(for: "init", of: "echo")
    #expect(began.kind == "status" && !began.busy && began.runs == 0)
    #expect(abs(began.ts - Date().timeIntervalSince1970) < 600)
    #expect(
      began.agent_id == (try await system.wire.result(of: WireRequest(text: "x"), from: "echo").senderAgentID)
    )
    _ = try await system.wire.result(of: WireRequest(), from: "throwing")
    let slow = WireRequest(payload: #"{"seconds":300}"#)
    try await system.wire.send(slow, to: "slow")
    try await RedisTestServer.wait(until: "signs of life say what was done") {
      let echo = try listener.events(of: "echo").last { $0.event == "heartbeat" }
      let throwing = try listener.events(of: "throwing").last { $0.event == "heartbeat" }
      let slow = try listener.events(of: "slow").last { $0.event == "heartbeat" }
      return echo?.runs == 1 && echo?.errors == 0 && throwing?.errors == 1 && slow?.busy == true
    }
    try system.agents.write(try AgentsFolder.contents(of: "EchoC") + Data([0]), as: "EchoC")
    try await system.reload()
    let reloaded = try await listener.wait(for: "reload", of: "echo")
    #expect(reloaded.agent_id == began.agent_id && reloaded.runs == 1)
    let scaled = try await Finished.agenthost(on: server, "agent", "scale", "echo", "2", "--wait")
    #expect(scaled.status == 0, "\(scaled)\(system.host.log)")
    let second = try await listener.wait(for: "init", of: "echo", times: 2)
    #expect(second.agent_id != began.agent_id)
    #expect(try await Finished.agenthost(on: server, "agent", "scale", "echo", "1", "--wait").status == 0)
    #expect(try await listener.wait(for: "exit", of: "echo").agent_id == second.agent_id)
    #expect(try await system.host.stop() == 0, "\(system.host.log)")
    #expect(try await listener.wait(for: "exit", of: "echo", times: 2).agent_id == began.agent_id)
    _ = try await listener.wait(for: "exit", of: "slow")
    listener.client.send(SIGKILL)
  }
}
