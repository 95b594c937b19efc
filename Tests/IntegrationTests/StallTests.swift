import Foundation
import RedisTestServer
import Testing

@Suite("An agent that keeps its threads", .serialized)
struct StallTests {
  @Test("is named with its message, and when it has given the thread back", arguments: [false, true])
  func named(blocks: Bool) async throws {
    let system = try await RunningSystem(
      ["TestAgents"], settings: ["AGENTHOST_STALL_WARNING": "0.3"])
    let request = WireRequest(payload: #"{"seconds":2,"blocks":\#(blocks)}"#)
    try await system.wire.send(request, to: "spin")
    let name = "agent SpinAgent (spin), on message \(request.messageID), has kept thread"
    try await system.host.waitForLog(name)
    try await system.host.waitForLog("has given thread")
    #expect(try await system.wire.result(from: request.resultList).errors.isEmpty)
    #expect(try await system.host.stop() == 0, "\(system.host.log)")
  }

  @Test("and does not give it back when its time is over has its worker replaced, and nobody waits")
  func lost() async throws {
    let system = try await RunningSystem(
      AgentsFolder.demo + ["TestAgents"],
      settings: [
        "AGENTHOST_STALL_WARNING": "0.3", "AGENTHOST_LOST_THREAD": "0.5", "AGENTHOST_SHUTDOWN_GRACE": "1",
      ])
    let worker = try system.host.workerProcessIdentifier()
    let load = BackgroundLoad(url: system.server.url)
    let request = WireRequest(payload: #"{"seconds":600,"__agent_timeout_sec":0.5}"#)
    let counts = try await load.run {
      try await system.wire.send(request, to: "spin")
      #expect(try await system.wire.result(from: request.resultList).errors.map(\.code) == ["spin.timeout"])
      try await system.host.waitForLog(
        "is to be replaced: agent SpinAgent (spin), on a message that has ended,")
      _ = try await system.host.waitForAnotherWorker(than: worker)
      try await load.waitForAnswers()
    }
    #expect(counts.faults == [], "\(system.host.log)")
    try await RedisTestServer.wait(until: "the old worker has ended") { !ProcessTable.isRunning(worker) }
    #expect(try await system.host.stop() == 0, "\(system.host.log)")
  }

  @Test("A worker that has grown too large is replaced, and nobody waits")
  func memory() async throws {
    let system = try await RunningSystem(
      AgentsFolder.demo + ["TestAgents"], settings: ["AGENTHOST_WORKER_MEMORY": "300"])
    let worker = try system.host.workerProcessIdentifier()
    let load = BackgroundLoad(url: system.server.url)
    let counts = try await load.run {
      for _ in 0..<4 {
        let request = WireRequest(payload: #"{"mebibytes":100}"#)
        try await system.wire.send(request, to: "eater")
        #expect(try await system.wire.result(from: request.resultList).errors.isEmpty)
      }
      _ = try await system.host.waitForAnotherWorker(than: worker)
      try await load.waitForAnswers()
    }
    #expect(system.host.log.contains("is to be replaced: it has taken"), "\(system.host.log)")
    #expect(counts.faults == [], "\(system.host.log)")
    #expect(try await system.host.stop() == 0, "\(system.host.log)")
  }

  @Test("and whose tasks keep the host's own from running has its worker replaced, and all are answered once")
  func pool() async throws {
    let folder = try TemporaryFolder()
    let system = try await RunningSystem(
      AgentsFolder.demo + ["TestAgents"],
      settings: ["AGENTHOST_LOST_THREAD": "1", "AGENTHOST_SHUTDOWN_GRACE": "1"])
    let worker = try system.host.workerProcessIdentifier()
    let load = BackgroundLoad(url: system.server.url)
    let detached = 4 * ProcessInfo.processInfo.processorCount
    let request = WireRequest(
      payload: #"{"seconds":600,"detached":\#(detached),"once":"\#(folder.path(of: "once"))"}"#)
    let counts = try await load.run {
      try await system.wire.send(request, to: "spin")
      try await system.host.waitForLog("is to be replaced: the threads that all of Swift")
      _ = try await system.host.waitForAnotherWorker(than: worker)
      try await load.waitForAnswers()
    }
    #expect(counts.faults == [], "\(system.host.log)")
    #expect(try await system.wire.result(from: request.resultList).errors.isEmpty)
    // The host's own tasks do without these threads: it hears that it is to end.
    #expect(!system.host.log.contains("did not end within"), "\(system.host.log)")
    #expect(try system.wire.commandCount("lpush") == counts.right + 1)
    for role in ["manager", "uppercase", "reverse"] { try await system.wire.waitUntilIdle(role) }
    #expect(try await system.host.stop() == 0, "\(system.host.log)")
  }

  @Test("of all that it gets keeps nobody else from work", arguments: [false, true])
  func neighbours(blocks: Bool) async throws {
    let system = try await RunningSystem(
      AgentsFolder.demo + ["TestAgents"], settings: ["AGENTHOST_TASK_TIMEOUT": "60"])
    let load = BackgroundLoad(url: system.server.url)
    let spins = (0..<16).map { _ in WireRequest(payload: #"{"seconds":3,"blocks":\#(blocks)}"#) }
    let counts = try await load.run {
      for request in spins { try await system.wire.send(request, to: "spin") }
      try await system.host.waitForLog("agent SpinAgent")
      for _ in 0..<4 { try await load.waitForAnswers() }
    }
    #expect(counts.faults == [], "\(system.host.log)")
    // It has four threads, and each message takes three seconds of one: what has not begun goes back.
    #expect(try await system.host.stop() == 0, "\(system.host.log)")
  }
}
