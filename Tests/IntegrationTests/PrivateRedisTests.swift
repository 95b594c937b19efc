import Glibc
import RedisTestServer
import Testing

@Suite("A host without a configured Redis", .serialized)
struct PrivateRedisTests {
  /// The server and the worker; by now perhaps also the worker that waits to take its place.
  private static let expected = 2...3

  @Test(
    "starts a server of its own, which `send` finds from anywhere, and which ends with the host",
    .disabled(
      if: ProcessTable.listens(onPort: 6379), "a server listens on port 6379, and so it would be used"))
  func privateServer() async throws {
    let agents = try AgentsFolder(AgentsFolder.demo)
    let host = try HostProcess(redis: nil, agents: agents.path)
    try await host.waitUntilReady()
    let children = ProcessTable.children(of: host.processIdentifier)
    #expect(Self.expected.contains(children.count))
    let settings = ["AGENTHOST_DATA_DIR": host.dataDirectory]
    let sent = try await Finished.agenthost(
      "send", "Hello, world!", settings: settings, workingFolder: "/")
    #expect(sent.output == "!DLROW ,OLLEH\n", "\(sent.errors)")
    #expect(try await host.stop() == 0, "\(host.log)")
    #expect(!children.contains(where: ProcessTable.isRunning))
    let after = try await Finished.agenthost("send", "Hello", settings: settings)
    #expect(after.status == 4)
    #expect(after.errors.contains("no Redis found"))
  }

  @Test(
    "a host that is killed takes its server along, within a second",
    .disabled(
      if: ProcessTable.listens(onPort: 6379), "a server listens on port 6379, and so it would be used"))
  func killed() async throws {
    let agents = try AgentsFolder(["EchoC"])
    var fastest = Duration.seconds(60)
    // A busy machine may look late.
    for _ in 0..<3 where fastest >= .seconds(1) {
      let host = try HostProcess(redis: nil, agents: agents.path)
      try await host.waitUntilReady()
      let children = ProcessTable.children(of: host.processIdentifier)
      #expect(Self.expected.contains(children.count))
      let start = ContinuousClock.now
      #expect(try await host.stop(SIGKILL) == 128 + SIGKILL)
      try await RedisTestServer.wait(until: "worker and server have ended") {
        !children.contains(where: ProcessTable.isRunning)
      }
      fastest = min(fastest, .now - start)
    }
    #expect(fastest < .seconds(1))
  }
}
