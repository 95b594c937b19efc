import Foundation
import Glibc
import RedisTestServer
import Testing

@Suite("A worker takes the place of another")
struct WorkerReplacementTests {
  @Test("on request, under load: nobody's request fails, nothing is lost or doubled")
  func underLoad() async throws {
    let system = try await RunningSystem()
    let load = BackgroundLoad(url: system.server.url)
    let first = try system.host.workerProcessIdentifier()
    let counts = try await load.run {
      let second = try await system.replaceWorker()
      #expect(second != first)
      try await load.waitForAnswers()
      #expect(try await system.replaceWorker() != second)
      try await load.waitForAnswers()
    }
    #expect(counts.faults == [], "\(system.host.log)")
    #expect(try system.wire.commandCount("lpush") == counts.right)
    for role in ["manager", "uppercase", "reverse"] { try await system.wire.waitUntilIdle(role) }
    #expect(!system.host.log.contains("ended unasked"), "\(system.host.log)")
    #expect(try await system.host.stop() == 0, "\(system.host.log)")
  }

  @Test("the old one works until the new one is ready, and finishes what it holds")
  func inWork() async throws {
    let folder = try TemporaryFolder()
    let start = URL(fileURLWithPath: folder.path(of: "start"))
    try Data().write(to: start)
    let system = try await RunningSystem(["TestAgents"], settings: ["TEST_START_FILE": start.path])
    let request = WireRequest(payload: #"{"seconds":2}"#)
    try await system.wire.send(request, to: "slow")
    try await system.host.waitForLog("slow: begins \(request.messageID)")
    // The next one does not become ready before the file is there again.
    try FileManager.default.removeItem(at: start)
    let told = try await Finished.agenthost("worker", "replace", settings: ["REDIS_URL": system.server.url])
    #expect(told.output == "told 1 worker to have a new one in its place\n", "\(told.errors)")
    try await system.host.waitForLog("slow: starts", times: 2)
    #expect(try await system.wire.result(of: WireRequest(), from: "build").errors.isEmpty)
    try Data().write(to: start)
    #expect(try await system.wire.result(from: request.resultList).errors.isEmpty)
    try await system.host.waitForLog("is replaced: asked to end")
    #expect(!system.host.log.contains("handing back"), "\(system.host.log)")
    #expect(try await system.host.stop() == 0, "\(system.host.log)")
  }

  @Test("what the old one still held when it died is taken over at once, not after its lease")
  func diedWhileDraining() async throws {
    let system = try await RunningSystem(["TestAgents"], settings: ["AGENTHOST_LEASE": "600"])
    let request = WireRequest(payload: #"{"seconds":20}"#)
    try await system.wire.send(request, to: "slow")
    try await system.host.waitForLog("slow: begins \(request.messageID)")
    let old = try system.host.workerProcessIdentifier()
    let told = try await Finished.agenthost("worker", "replace", settings: ["REDIS_URL": system.server.url])
    #expect(told.status == 0)
    try await system.host.waitForLog("is replaced: asked to end")
    #expect(kill(old, SIGKILL) == 0)
    try await system.host.waitForLog("slow: begins \(request.messageID)", times: 2)
    _ = try await system.host.stop(SIGKILL)
  }

  @Test("one that cannot start says why, and leaves the old one where it is")
  func failedReplacement() async throws {
    let system = try await RunningSystem(["EchoC"])
    let worker = try system.host.workerProcessIdentifier()
    // A file where a folder is to be keeps a worker from starting.
    let folder = system.host.dataDirectory + "/workers"
    try FileManager.default.moveItem(atPath: folder, toPath: folder + ".away")
    try Data().write(to: URL(fileURLWithPath: folder))
    try await RedisTestServer.wait(until: "a request for a new worker is heard") {
      try await Finished.agenthost("worker", "replace", settings: ["REDIS_URL": system.server.url]).status
        == 0
    }
    try await system.host.waitForLog("stays in its place", times: 2)
    #expect(system.host.log.contains(folder), "\(system.host.log)")
    #expect(try await system.send("--role", "echo", "x").output == "x\n")
    try FileManager.default.removeItem(atPath: folder)
    try FileManager.default.moveItem(atPath: folder + ".away", toPath: folder)
    try await system.host.waitForAnotherWorker(than: worker)
    #expect(try await system.send("--role", "echo", "x").output == "x\n")
    #expect(try await system.host.stop() == 0, "\(system.host.log)")
  }

  @Test("a worker is the first that the kernel takes when memory runs out")
  func outOfMemoryScore() async throws {
    let system = try await RunningSystem(["EchoC"])
    func score(_ process: Int32) throws -> Int? {
      let text = try String(contentsOfFile: "/proc/\(process)/oom_score_adj", encoding: .utf8)
      return Int(text.trimmingCharacters(in: .whitespacesAndNewlines))
    }
    let own = try #require(try score(getpid()))
    #expect(try score(system.host.workerProcessIdentifier()) == max(500, own))
    #expect(try score(system.host.processIdentifier) == own)
  }

  @Test("with no host there is nobody to tell: exit 1, and people are shown the verb")
  func nobodyListens() async throws {
    let server = try await RedisTestServer()
    let told = try await Finished.agenthost("worker", "replace", settings: ["REDIS_URL": server.url])
    #expect(told.status == 1)
    #expect(told.errors.contains("no worker listens"))
    let help = try await Finished.agenthost("worker", "--help", settings: [:])
    #expect(help.output.contains("replace") && !help.output.contains("incarnation"))
  }
}
