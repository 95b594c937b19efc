import Foundation
import RedisTestServer
import Testing

@Suite("An agent whose destroy does not return")
struct HungDestroyTests {
  /// A host whose agent of role "echo" hangs when it is freed; not where it was tried.
  private func system(
    _ gate: CodeGate, with other: String = "UppercaseAgent", settings: [String: String]
  ) async throws -> RunningSystem {
    let system = try await RunningSystem([other], settings: settings)
    try await system.waitForListeners()
    try system.agents.write(Data(try EchoLibrary.compile([EchoLibrary.destroy(gate.code)])), as: "EchoC")
    try await reload(system)
    try gate.close()
    return system
  }

  private func reload(_ system: RunningSystem) async throws {
    let reload = try await Finished.agenthost(on: system.server, "reload", "--wait")
    #expect(reload.status == 0, "\(reload.output)\(reload.errors)")
  }

  @Test("reloads end, others work, and what is freed after it is freed")
  func reloads() async throws {
    let gate = try CodeGate()
    let folder = try TemporaryFolder()
    let freed = folder.path(of: "freed")
    let system = try await system(gate, settings: ["AGENTHOST_LOAD_TIMEOUT": "5"])
    let second = [
      EchoLibrary.answer("second"), EchoLibrary.destroy("extern int creat(); creat(\"\(freed)\", 0600);"),
    ]
    try system.agents.write(Data(try EchoLibrary.compile(second)), as: "EchoC")
    try await reload(system)
    try await gate.waitUntilCodeWaits()
    // Where it was tried.
    try FileManager.default.removeItem(atPath: freed)
    try system.agents.write(Data(try EchoLibrary.compile([EchoLibrary.answer("third")])), as: "EchoC")
    try await reload(system)
    #expect(try await system.wire.result(of: WireRequest(), from: "echo").payload.text == "third")
    #expect(try await system.send("--role", "uppercase", "x").output == "X\n")
    try await system.host.waitForLog("EchoC was not destroyed within 5.0 s")
    try await RedisTestServer.wait(until: "the second agent is freed", within: .seconds(60)) {
      FileManager.default.fileExists(atPath: freed)
    }
    #expect(
      system.host.log.components(separatedBy: "was not destroyed").count == 2, "\(system.host.log)")
    #expect(try await system.host.stop() == 0, "\(system.host.log)")
  }

  @Test("one whose stop has completed, and not yet returned, is freed when it has")
  func stopReturnsLate() async throws {
    let folder = try TemporaryFolder()
    let freed = folder.path(of: "freed")
    let system = try await RunningSystem([])
    try await system.waitForListeners()
    let first = [
      EchoLibrary.slowReturn, EchoLibrary.destroy("extern int creat(); creat(\"\(freed)\", 0600);"),
    ]
    try system.agents.write(Data(try EchoLibrary.compile(first)), as: "EchoC")
    try await reload(system)
    // Where it was tried.
    try FileManager.default.removeItem(atPath: freed)
    try system.agents.write(Data(try EchoLibrary.compile([])), as: "EchoC")
    try await reload(system)
    try await RedisTestServer.wait(until: "the first agent is freed", within: .seconds(30)) {
      FileManager.default.fileExists(atPath: freed)
    }
    #expect(try await system.host.stop() == 0, "\(system.host.log)")
  }

  @Test("the host ends in time", arguments: [false, true])
  func end(hasHungBefore: Bool) async throws {
    let gate = try CodeGate()
    let system = try await system(gate, settings: ["AGENTHOST_SHUTDOWN_GRACE": "1"])
    if hasHungBefore {
      try system.agents.write(Data(try EchoLibrary.compile([])), as: "EchoC")
      try await reload(system)
      try await gate.waitUntilCodeWaits()
    }
    #expect(try await system.host.stop() == 0, "\(system.host.log)")
    try await gate.waitUntilCodeWaits()
    #expect(!system.host.log.contains("killed"), "\(system.host.log)")
  }

  @Test("the host ends in time where also nothing runs any more on the pool that Swift's tasks share")
  func endWithoutThePool() async throws {
    let gate = try CodeGate()
    let folder = try TemporaryFolder()
    let system = try await system(
      gate, with: "TestAgents", settings: ["AGENTHOST_SHUTDOWN_GRACE": "1", "AGENTHOST_LOST_THREAD": "300"])
    let spins = #"{"seconds":60,"detached":64,"once":"\#(folder.path(of: "once"))"}"#
    _ = try await system.wire.result(of: WireRequest(payload: spins), from: "spin")
    #expect(try await system.host.stop() == 0, "\(system.host.log)")
    #expect(!system.host.log.contains("killed"), "\(system.host.log)")
  }
}
