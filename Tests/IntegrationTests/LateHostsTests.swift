import Foundation
import RedisTestServer
import Testing

@Suite("Hosts that did not hear of a reload", .heavy, .serialized)
struct LateHostsTests {
  /// How soon all run the same code.
  private static let limit = Duration.seconds(5)

  @Test("one that was cut off meanwhile, and one that starts later, run the same code as the others, soon")
  func sameCode() async throws {
    let system = try await RunningSystem(["EchoC"])
    let other = try HostProcess(redis: system.server.url, agents: system.agents.path)
    try await other.waitUntilReady()
    try await system.waitForListeners(2)
    let pid = try other.workerProcessIdentifier()
    kill(pid, SIGSTOP)
    try system.agents.write(try AgentsFolder.contents(of: "EchoC") + Data([0]), as: "EchoC")
    #expect(try await Finished.agenthost(on: system.server, "reload").status == 0)
    try await system.host.waitForLog("reload: new 0, changed 1")
    // Cut off: it has heard nothing, and its connections are gone when it comes back.
    try system.killHostConnections()
    let later = try HostProcess(redis: system.server.url, agents: system.agents.path)
    kill(pid, SIGCONT)
    let begin = ContinuousClock.now
    try await RedisTestServer.wait(until: "all three run the same code") {
      let list = try await Finished.agenthost(on: system.server, "plugin", "ls", "--json")
      let workers = try JSONDecoder().decode([BrokenLibraryTests.Report].self, from: Data(list.output.utf8))
      let hashes = workers.flatMap(\.libraries).map(\.hash)
      return hashes.count == 3 && Set(hashes).count == 1
    }
    let took = ContinuousClock.now - begin
    #expect(took < Self.limit)
    print("all three run the same code after \(took)")
    for host in [system.host, other, later] { #expect(try await host.stop() == 0, "\(host.log)") }
  }
}
