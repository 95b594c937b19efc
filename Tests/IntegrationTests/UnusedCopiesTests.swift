import Foundation
import RedisTestServer
import Testing

@Suite("What a host keeps of libraries")
struct UnusedCopiesTests {
  private func names(_ folder: String) throws -> Set<String> {
    Set(try FileManager.default.contentsOfDirectory(atPath: folder))
  }

  /// Has everything in a folder be unused for long.
  private func age(_ folder: String) throws -> Set<String> {
    let names = try names(folder)
    for name in names {
      try FileManager.default.setAttributes(
        [.modificationDate: Date(timeIntervalSinceNow: -40 * 86_400)], ofItemAtPath: "\(folder)/\(name)")
    }
    return names
  }

  @Test(
    "what nobody uses any more goes at the next start, but not what runs, nor what a rollback goes back to")
  func removed() async throws {
    let system = try await RunningSystem(["UppercaseAgent"])
    try await system.waitForListeners()
    let (libraries, verdicts) = (
      system.host.dataDirectory + "/libraries", system.host.dataDirectory + "/verdicts"
    )
    var copies: [Set<String>] = []
    for build in ["first", "second", "third"] {
      copies.append(try names(libraries))
      try system.agents.write(Data(try EchoLibrary.compile([EchoLibrary.answer(build)])), as: "EchoC")
      let reload = try await Finished.agenthost(on: system.server, "reload", "--wait")
      #expect(reload.status == 0, "\(reload.output)\(reload.errors)")
    }
    #expect(try await system.host.stop() == 0, "\(system.host.log)")
    #expect(try age(libraries).count == 4)
    #expect(try age(verdicts).count == 4)
    let next = try HostProcess(redis: system.server.url, agents: system.agents.path, after: system.host)
    try await next.waitUntilReady()
    let first = copies[1].subtracting(copies[0])
    try await RedisTestServer.wait(until: "the first copy is removed") {
      try names(libraries).isDisjoint(with: first)
    }
    // What runs is asked for about when the rest is removed: it is kept, or made again.
    #expect(try first.count == 1 && names(libraries).count == 3)
    try await RedisTestServer.wait(until: "verdicts are removed") { try names(verdicts).count < 4 }
    #expect(try await system.wire.result(of: WireRequest(), from: "echo").payload.text == "third")
    try await RedisTestServer.wait(until: "the host listens") {
      try system.server.cli("PUBSUB", "NUMSUB", "broadcast:all").hasSuffix("\n1")
    }
    let rollback = try await Finished.program(
      try BuildFolder.path(of: "agenthost"),
      ["plugin", "rollback", "EchoC", "--agents-dir", system.agents.path],
      environment: ChildProgram.hostlessEnvironment().merging([
        "REDIS_URL": system.server.url, "AGENTHOST_DATA_DIR": next.dataDirectory,
      ]) { $1 })
    #expect(rollback.status == 0, "\(rollback.output)\(rollback.errors)")
    #expect(try await system.wire.result(of: WireRequest(), from: "echo").payload.text == "second")
    #expect(try await next.stop() == 0, "\(next.log)")
  }
}
