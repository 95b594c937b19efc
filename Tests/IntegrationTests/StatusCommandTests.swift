import Foundation
import RedisTestServer
import Testing

@Suite("agenthost status")
struct StatusCommandTests {
  @Test("shows the workers, how those before them died, and what is kept out")
  func status() async throws {
    let system = try await RunningSystem(
      ["TestAgents", "EchoC"], settings: ["AGENTHOST_MAX_DELIVERIES": "1"],
      said: ["EchoC": "isolate: true"], workers: 2)
    let poison = WireRequest(text: "crash")
    try await system.wire.send(poison, to: "crash")
    #expect(try await system.wire.result(from: poison.resultList).errors.count == 1)
    let hash = String(repeating: "ab", count: 32)
    _ = try await Finished.agenthost(
      on: system.server, "plugin", "quarantine", "add", hash, "--reason", "ill")
    _ = try await Finished.agenthost(on: system.server, "role", "pause", "slow")

    let shown = try await Finished.agenthost(on: system.server, "status")
    #expect(shown.status == 0, "\(shown)")
    for text in [
      "main", "EchoC", "last death: ", "SIGILL", "agent CrashAgent", poison.messageID, "paused: slow", "ill",
    ] {
      #expect(shown.output.contains(text), "\(text) is missing in:\n\(shown.output)")
    }
    let json = try await Finished.agenthost(on: system.server, "status", "--json")
    let read = try JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [String: Any]
    let workers = try #require(read?["workers"] as? [[String: Any]])
    let places = workers.compactMap { $0["place"] as? String }
    #expect(
      places.sorted() == ["EchoC", "main", "probation of main"], "who gave the message up is there yet")
    let main = try #require(workers.first { $0["place"] as? String == "main" })
    #expect(main["deaths"] as? Int == 1 && (main["last_death"] as? String)?.contains("SIGILL") == true)
    #expect((main["pid"] as? Int).map(Int32.init) == (try system.host.workerProcessIdentifier()))
    let host = try #require((read?["hosts"] as? [[String: Any]])?.first)
    #expect(host["health"] as? String == "ok" && (host["workers"] as? [String])?.count == 3)
    let roles = try #require(read?["roles"] as? [[String: Any]])
    let slow = try #require(roles.first { $0["role"] as? String == "slow" })
    #expect(slow["agents"] as? Int ?? 0 > 0 && slow["paused"] as? Bool == true)
    #expect((main["libraries"] as? [[String: Any]])?.isEmpty == false)
    #expect(shown.output.split(separator: "\n").allSatisfy { $0.count <= 80 }, "\(shown.output)")
    #expect((read?["quarantined"] as? [String]) == [hash] && (read?["paused"] as? [String]) == ["slow"])
    #expect(try await system.host.stop() == 0, "\(system.host.log)")
  }

  @Test("exits with 7 where nothing lives, and passes over a key that is no worker's")
  func nobody() async throws {
    let server = try await RedisTestServer()
    try server.cli("SET", "agenthost:host:x", "no hash")
    let shown = try await Finished.agenthost(on: server, "status")
    #expect(shown.status == 7 && shown.output.contains("no worker lives"), "\(shown)")
    let json = try await Finished.agenthost(on: server, "status", "--json")
    #expect(json.output.hasPrefix(#"{"workers":[],"paused":[],"quarantined":[],"hosts":[],"roles":[],"#))
  }
}
