import Foundation
import RedisTestServer
import Testing

@Suite("The way of a request, shown")
struct TraceCommandTests {
  private func road(of id: String, _ system: RunningSystem) async throws -> [String: Any] {
    var shown: Finished?
    try await RedisTestServer.wait(until: "the way of \(id) is kept") {
      let found = try await Finished.agenthost(on: system.server, "trace", "show", id, "--json")
      shown = found
      return found.status == 0
    }
    let text = try #require(shown?.output)
    return try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
  }

  @Test("names each step, its agent, and the code that ran there, also of a worker that is gone")
  func shown() async throws {
    let system = try await RunningSystem()
    let request = WireRequest(text: "abc")
    _ = try await system.wire.result(of: request, from: "manager")
    try await system.replaceWorker()
    let road = try await road(of: request.messageID, system)
    let steps = try #require(road["steps"] as? [[String: Any]])
    #expect(steps.map { $0["role"] as? String } == ["manager", "uppercase", "manager", "reverse", "manager"])
    #expect(steps.allSatisfy { $0["attempt"] as? Int == 1 && ($0["wait"] as? Double ?? -1) >= 0 })
    #expect(road["state"] as? String == "done")
    for (role, library) in [("manager", "Manager"), ("uppercase", "Uppercase"), ("reverse", "Reverse")] {
      let file = "\(system.agents.path)/lib\(library)Agent.so"
      let sum = try await Finished.program("sha256sum", [file]).output.prefix(64)
      for step in steps where step["role"] as? String == role {
        #expect(step["code"] as? String == String(sum))
        #expect(step["library"] as? String == file)
      }
    }
    let text = try await Finished.agenthost(on: system.server, "trace", "show", request.messageID)
    #expect(text.status == 0 && text.output.split(separator: "\n").allSatisfy { $0.count <= 80 })
    #expect(text.output.contains("#"))
    #expect(try await system.host.stop() == 0, "\(system.host.log)")
  }

  @Test("a retry is another attempt")
  func retried() async throws {
    let system = try await RunningSystem(["TestAgents"])
    let request = WireRequest(payload: #"{"times":3,"seconds":0.01}"#)
    try await system.wire.send(request, to: "retry")
    _ = try await system.wire.result(from: request.resultList)
    let steps = try #require(try await road(of: request.messageID, system)["steps"] as? [[String: Any]])
    #expect(steps.map { $0["attempt"] as? Int } == Array(1...steps.count))
    #expect(steps.count > 1)
    #expect(try await system.host.stop() == 0, "\(system.host.log)")
  }

  @Test("is not known where it never was, and where nothing is to be kept")
  func unknown() async throws {
    let system = try await RunningSystem(settings: ["AGENTHOST_TRACE_TTL": "0"])
    let request = WireRequest(text: "abc")
    _ = try await system.wire.result(of: request, from: "manager")
    for id in [request.messageID, "nothing", ""] {
      let shown = try await Finished.agenthost(on: system.server, "trace", "show", id)
      #expect(shown.status == 1 && shown.errors.contains("nothing is known"), "\(shown)")
    }
    #expect(try await system.host.stop() == 0, "\(system.host.log)")
    #expect(try system.server.cli("--scan", "--pattern", "agenthost:trace:*") == "")
  }

  @Test("is kept of so many requests a second, for so long")
  func bounded() async throws {
    let system = try await RunningSystem(
      settings: ["AGENTHOST_TRACE_RATE": "1", "AGENTHOST_TRACE_TTL": "1000"])
    let start = ContinuousClock.now
    let load = BackgroundLoad(url: system.server.url)
    let counts = try await load.run { try await load.waitForAnswers(200) }
    #expect(counts.faults == [])
    #expect(try await system.host.stop() == 0, "\(system.host.log)")
    let seconds = (ContinuousClock.now - start) / .seconds(1)
    let names = try system.server.cli("--scan", "--pattern", "agenthost:trace:*").split(separator: "\n")
    #expect((1...Int(seconds) + 2).contains(names.count), "\(names.count) in \(seconds) s")
    for name in names {
      #expect((1...1000).contains(Int(try system.server.cli("TTL", String(name))) ?? 0))
      #expect((1..<32768).contains(Int(try system.server.cli("STRLEN", String(name))) ?? 0))
    }
  }
}
