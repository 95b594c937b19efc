import Foundation
import RedisTestServer
import Testing

@Suite("The end of a host")
struct EndTests {
  @Test("TERM and INT: exit 0, and nothing is left, neither here nor in Redis", arguments: [SIGTERM, SIGINT])
  func signal(_ signal: Int32) async throws {
    let system = try await RunningSystem(AgentsFolder.demo + ["EchoC"])
    let worker = try system.host.workerProcessIdentifier()
    _ = try await system.wire.result(of: WireRequest(text: "x"), from: "manager")
    #expect(try system.server.cli("KEYS", "stream:agent:*").split(separator: "\n").count == 4)
    #expect(try await system.host.stop(signal) == 0, "\(system.host.log)")
    #expect(!ProcessTable.isRunning(worker))
    try await system.server.waitUntilNobodyIsConnected()
    #expect(try system.server.cli("KEYS", "stream:agent:*") == "")
    for role in ["manager", "uppercase", "reverse", "echo"] {
      #expect(try system.server.cli("XINFO", "CONSUMERS", "stream:role:\(role)", "cg:role:\(role)") == "")
      #expect(try system.wire.integer("XLEN", "stream:role:\(role)") == 0)
    }
  }

  @Test("a message still in work after the grace goes back into its stream, for the next host")
  func handedBack() async throws {
    let settings = ["AGENTHOST_SHUTDOWN_GRACE": "0.3"]
    let system = try await RunningSystem(["TestAgents"], settings: settings)
    let request = WireRequest(payload: #"{"seconds":60}"#)
    try await system.wire.send(request, to: "slow")
    try await system.host.waitForLog("slow: begins \(request.messageID)")
    #expect(try await system.host.stop() == 0, "\(system.host.log)")
    // The supervisor keeps the time: it kills a worker that needs more than the grace and a margin.
    #expect(!system.host.log.contains("killed"), "\(system.host.log)")
    #expect(system.host.log.contains("handing back 1 messages"))
    #expect(try system.wire.integer("XLEN", "stream:role:slow") == 1)
    #expect(try system.wire.pending(of: "slow") == 0)
    #expect(try system.wire.entries(of: "stream:role:slow")[0]["envelope"] == request.json)
    #expect(try system.wire.integer("EXISTS", request.resultList) == 0)
    let next = try HostProcess(redis: system.server.url, agents: system.agents.path, settings: settings)
    try await next.waitForLog("slow: begins \(request.messageID)")
  }

  @Test("a message that ends within the grace is answered")
  func finishedWithinTheGrace() async throws {
    let system = try await RunningSystem(["TestAgents"])
    let request = WireRequest(payload: #"{"seconds":0.5}"#)
    try await system.wire.send(request, to: "slow")
    try await system.host.waitForLog("slow: begins \(request.messageID)")
    #expect(try await system.host.stop() == 0, "\(system.host.log)")
    #expect(try await system.wire.result(from: request.resultList).errors.isEmpty)
    #expect(try system.wire.integer("XLEN", "stream:role:slow") == 0)
  }

  @Test("a supervisor that is killed takes its worker along, within a second")
  func supervisorKilled() async throws {
    var fastest = Duration.seconds(60)
    // A busy machine may look late.
    for _ in 0..<3 where fastest >= .seconds(1) {
      let system = try await RunningSystem(["EchoC"])
      let worker = try system.host.workerProcessIdentifier()
      #expect(ProcessTable.isRunning(worker))
      let start = ContinuousClock.now
      #expect(try await system.host.stop(SIGKILL) == 128 + SIGKILL)
      try await RedisTestServer.wait(until: "the worker has ended") { !ProcessTable.isRunning(worker) }
      fastest = min(fastest, .now - start)
      try await system.server.waitUntilNobodyIsConnected()
    }
    #expect(fastest < .seconds(1))
  }
}
