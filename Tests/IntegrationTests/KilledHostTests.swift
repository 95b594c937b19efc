import Glibc
import RedisTestServer
import Testing

@Suite("A host that is killed")
struct KilledHostTests {
  @Test("what it held is worked on by the next one in its data folder")
  func takenOver() async throws {
    let system = try await RunningSystem(["TestAgents"])
    let request = WireRequest(payload: #"{"seconds":60}"#)
    try await system.wire.send(request, to: "slow")
    try await system.host.waitForLog("slow: begins \(request.messageID)")
    #expect(try await system.host.stop(SIGKILL) == 128 + SIGKILL)
    try await system.server.waitUntilNobodyIsConnected()
    let next = try HostProcess(redis: system.server.url, agents: system.agents.path, after: system.host)
    try await next.waitUntilReady()
    let ready = ContinuousClock.now
    try await next.waitForLog("slow: begins \(request.messageID)")
    #expect(ContinuousClock.now - ready < .seconds(15), "it does not wait for the lease of half a minute")
    #expect(
      try system.server.cli("--scan", "--pattern", "agenthost:host:*").split(separator: "\n").count == 1)
    try await RedisTestServer.wait(until: "only the next host's agent is a consumer") {
      let consumers = try system.server.cli("XINFO", "CONSUMERS", "stream:role:slow", "cg:role:slow")
      return consumers.split(separator: "\n").count { $0 == "name" } == 1
    }
  }
}
