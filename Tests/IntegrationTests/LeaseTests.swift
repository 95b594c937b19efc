import AgentClient
import Foundation
import RedisTestServer
import Testing

@Suite("Leases of hosts that live, freeze and die")
struct LeaseTests {
  private static let shortLease = ["AGENTHOST_LEASE": "1"]

  @Test("work that takes five leases is delivered once")
  func longWork() async throws {
    let system = try await RunningSystem(["TestAgents"], settings: ["AGENTHOST_LEASE": "0.5"])
    let other = try HostProcess(
      redis: system.server.url, agents: system.agents.path, settings: ["AGENTHOST_LEASE": "0.5"])
    try await other.waitUntilReady()
    let request = WireRequest(payload: #"{"seconds":2.5}"#)
    #expect(try await system.wire.result(of: request, from: "slow").errors.isEmpty)
    let log = system.host.log + other.log
    #expect(log.split(separator: "\n").count { $0.contains("slow: begins \(request.messageID)") } == 1)
    #expect(!log.contains("took over"))
    #expect(try await other.stop() == 0, "\(other.log)")
    #expect(try await system.host.stop() == 0, "\(system.host.log)")
  }

  @Test("what a frozen host held is done by another; when it wakes, its own outcome is refused")
  func frozen() async throws {
    let system = try await RunningSystem(["TestAgents"], settings: Self.shortLease)
    let request = WireRequest(payload: #"{"seconds":10}"#)
    try await system.wire.send(request, to: "slow")
    try await system.host.waitForLog("slow: begins \(request.messageID)")
    let worker = try system.host.workerProcessIdentifier()
    #expect(kill(worker, SIGSTOP) == 0)
    let other = try HostProcess(
      redis: system.server.url, agents: system.agents.path, settings: Self.shortLease)
    try await other.waitForLog("slow: begins \(request.messageID)")
    #expect(kill(worker, SIGCONT) == 0)
    #expect(try await system.wire.result(from: request.resultList).errors.isEmpty)
    try await system.host.waitForLog("leases on stream:role:slow were lost")
    try await system.wire.waitUntilIdle("slow")
    #expect(try system.wire.integer("LLEN", request.resultList) == 0, "one result")
    #expect(try await other.stop() == 0, "\(other.log)")
    #expect(try await system.host.stop() == 0, "\(system.host.log)")
  }

  @Test("what a host held that died on another machine is done within a lease and a sweep")
  func diedElsewhere() async throws {
    let system = try await RunningSystem(["TestAgents"], settings: Self.shortLease)
    let requests = (0..<20).map { _ in WireRequest(payload: #"{"seconds":0.5}"#) }
    // Another data folder: nothing but the lease tells of its death.
    let doomed = try HostProcess(
      redis: system.server.url, agents: system.agents.path, settings: Self.shortLease)
    try await doomed.waitUntilReady()
    for request in requests { try await system.wire.send(request, to: "slow") }
    #expect(try await doomed.stop(SIGKILL) == 128 + SIGKILL)
    for request in requests { #expect(try await system.wire.result(from: request.resultList).errors.isEmpty) }
    try await system.wire.waitUntilIdle("slow")
    #expect(try await system.host.stop() == 0, "\(system.host.log)")
  }

  @Test("consumers of hosts that died are removed, and none of the living's", .timeLimit(.minutes(2)))
  func ghosts() async throws {
    let system = try await RunningSystem(["TestAgents"], settings: Self.shortLease)
    for _ in 0..<3 {
      let doomed = try HostProcess(
        redis: system.server.url, agents: system.agents.path, settings: Self.shortLease)
      try await doomed.waitUntilReady()
      #expect(try await doomed.stop(SIGKILL) == 128 + SIGKILL)
    }
    try await RedisTestServer.wait(until: "only the living host's consumer is left") {
      let consumers = try system.server.cli("XINFO", "CONSUMERS", "stream:role:slow", "cg:role:slow")
      return consumers.split(separator: "\n").count { $0 == "name" } <= 1
    }
    #expect(try await system.host.stop() == 0, "\(system.host.log)")
  }
}
