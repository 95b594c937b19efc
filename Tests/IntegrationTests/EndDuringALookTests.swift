import Foundation
import RedisTestServer
import Testing

@Suite("The end of a host while it brings libraries in")
struct EndDuringALookTests {
  private static let settings = ["AGENTHOST_SHUTDOWN_GRACE": "1"]

  private func library(_ gate: CodeGate) throws -> Data {
    Data(try EchoLibrary.compile([EchoLibrary.role("gated"), EchoLibrary.constructor(gate.code)]))
  }

  /// Ends the host, which has to end by itself, and well.
  private func end(_ host: HostProcess) async throws {
    let workers = host.workerProcessIdentifiers()
    let probes = workers.flatMap(ProcessTable.children(of:))
    #expect(try await host.stop() == 0, "\(host.log)")
    #expect(!host.log.contains("killed") && !host.log.contains(" error "), "\(host.log)")
    try await RedisTestServer.wait(until: "nothing is left of it") {
      !(workers + probes).contains(where: ProcessTable.isRunning)
    }
  }

  @Test("a library is being tried: at the start, or because of a reload", arguments: [false, true])
  func tried(isServing: Bool) async throws {
    let gate = try CodeGate()
    try gate.close()
    let server = try await RedisTestServer()
    let agents = try AgentsFolder(["EchoC", "UppercaseAgent"])
    if !isServing { try agents.write(library(gate), as: "Gated") }
    let host = try HostProcess(redis: server.url, agents: agents.path, settings: Self.settings)
    if isServing {
      try await host.waitUntilReady()
      try agents.write(library(gate), as: "Gated")
      host.send(SIGHUP)
    }
    try await gate.waitUntilCodeWaits()
    try await end(host)
  }

  @Test("a library is being mapped by the worker itself")
  func mapped() async throws {
    let gate = try CodeGate()
    let server = try await RedisTestServer()
    let agents = try AgentsFolder([])
    try agents.write(library(gate), as: "Gated")
    let before = try HostProcess(redis: server.url, agents: agents.path, settings: Self.settings)
    try await before.waitUntilReady()
    #expect(try await before.stop() == 0, "\(before.log)")
    // What has passed before is not tried again.
    try gate.close()
    let host = try HostProcess(
      redis: server.url, agents: agents.path, settings: Self.settings, after: before)
    try await gate.waitUntilCodeWaits()
    try await end(host)
  }

  @Test("an agent takes its time to start: at the start, or because of a reload", arguments: [false, true])
  func started(isServing: Bool) async throws {
    let folder = try TemporaryFolder()
    let settings = Self.settings.merging(["TEST_START_FILE": folder.path(of: "start")]) { $1 }
    let server = try await RedisTestServer()
    let agents = try AgentsFolder(isServing ? ["EchoC"] : ["EchoC", "TestAgents"])
    let host = try HostProcess(redis: server.url, agents: agents.path, settings: settings)
    if isServing {
      try await host.waitUntilReady()
      try agents.add("TestAgents")
      host.send(SIGHUP)
    }
    try await host.waitForLog("slow: starts")
    try await end(host)
  }
}
