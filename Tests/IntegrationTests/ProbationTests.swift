import Foundation
import RedisTestServer
import Testing

@Suite("Messages that are suspected of killing their worker")
struct ProbationTests {
  @Test("stay suspected when their worker is told to end with one of them in work")
  func toldToEnd() async throws {
    let system = try await RunningSystem(
      ["TestAgents"], settings: ["AGENTHOST_SHUTDOWN_GRACE": "0.2", "AGENTHOST_MAX_DELIVERIES": "3"])
    let poison = WireRequest(text: "ownThread")
    let innocent = WireRequest(text: "lingerLong")
    try await system.wire.send(innocent, to: "crash")
    try await system.wire.send(poison, to: "crash")
    // Both are in work at one death on nobody's thread, and the innocent one is taken first.
    try await system.host.waitForLog("messages is the cause")
    try await system.host.waitForLog("redelivering", times: 1)
    #expect(try await Finished.agenthost(on: system.server, "worker", "replace").status == 0)
    try await system.host.waitForLog("messages to the next worker on probation")
    #expect(try await system.wire.result(from: innocent.resultList).errors.isEmpty, "\(system.host.log)")
    #expect(
      try await system.wire.result(from: poison.resultList).errors.map(\.code) == ["agenthost.deliveries"])
    let deaths = system.host.log.split(separator: "\n").filter { $0.contains("ended unasked") }
    #expect(deaths.count { !$0.contains("probation") } == 1, "who serves dies once: \(deaths)")
    #expect(try await system.host.stop() == 0, "\(system.host.log)")
  }

  @Test(
    "are worked on alone, by a worker beside the one that serves: who did it is found, and nobody else is charged"
  )
  func ambiguous() async throws {
    // Who is charged once is given up: an innocent that is would be missed.
    let system = try await RunningSystem(
      AgentsFolder.demo + ["TestAgents"],
      settings: ["AGENTHOST_MAX_DELIVERIES": "1", "AGENTHOST_LEASE": "1"])
    let load = BackgroundLoad(url: system.server.url)
    let poison = WireRequest(text: "ownThread")
    let innocents = (0..<4).map { _ in WireRequest(text: "linger") }
    let counts = try await load.run {
      // All of them are in the agent's hands when it dies on a thread that none of them is known by.
      for request in innocents { try await system.wire.send(request, to: "crash") }
      let id = try await system.wire.send(poison, to: "crash")
      let letter = try await system.wire.deadLetter(of: id, role: "crash")
      #expect(letter["reason"] == "agenthost.deliveries: given to agents 1 times without an outcome")
      for request in innocents {
        #expect(try await system.wire.result(from: request.resultList).errors.isEmpty, "\(system.host.log)")
      }
      try await load.waitForAnswers()
      try await system.host.waitForLog("probation of main is over")
    }
    #expect(counts.faults == [], "\(system.host.log)")
    let reports = system.host.log.split(separator: "\n").filter { $0.contains(" died: ") }
    #expect(reports.count == 2, "\(system.host.log)")
    #expect(reports.first?.contains("messages is the cause") == true, "\(reports)")
    #expect(reports.last?.contains("working on message \(poison.messageID)") == true, "\(reports)")
    let deaths = system.host.log.split(separator: "\n").filter { $0.contains("ended unasked") }
    #expect(deaths.count { !$0.contains("probation") } == 1, "who serves dies once: \(deaths)")
    try await system.wire.waitUntilIdle("crash")
    #expect(try await system.host.stop() == 0, "\(system.host.log)")
  }
}
