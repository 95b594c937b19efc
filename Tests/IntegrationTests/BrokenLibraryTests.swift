import Foundation
import RedisTestServer
import Testing

@Suite("Broken libraries")
struct BrokenLibraryTests {
  @Test("each is refused by its own words, and nothing else changes")
  func refused() async throws {
    let system = try await RunningSystem(settings: ["AGENTHOST_LOAD_TIMEOUT": "5"])
    let worker = try system.host.workerProcessIdentifier()
    let load = BackgroundLoad(url: system.server.url)
    let broken = BrokenLibrary.files + BrokenLibrary.code
    for library in broken { try library.put(system.agents.path(of: library.name)) }
    let counts = try await load.run {
      let reload = try await Finished.agenthost(
        on: system.server, "reload", "--wait", "--json", "--timeout", "300")
      #expect(reload.status == 5, "\(reload.output)\(reload.errors)")
      let reports = try JSONDecoder().decode([Report].self, from: Data(reload.output.utf8))
      let report = try #require(reports.first)
      #expect(reports.count == 1 && report.libraries.count == broken.count + AgentsFolder.demo.count)
      for library in broken { library.check(in: report, at: system.agents.path(of: library.name)) }
      for library in report.libraries where library.refusal == nil {
        #expect(library.outcome == "unchanged" && library.generation == 1, "\(library.file)")
      }
      try await load.waitForAnswers()
    }
    #expect(counts.faults == [], "\(system.host.log)")
    #expect(try system.host.workerProcessIdentifier() == worker)
    for library in broken { try system.agents.remove(library.name) }
    let reload = try await Finished.agenthost(on: system.server, "reload", "--wait")
    #expect(reload.status == 0, "\(reload.output)\(reload.errors)")
    #expect(try await system.host.stop() == 0, "\(system.host.log)")
  }

  /// What `reload --wait --json` prints of one worker.
  struct Report: Decodable {
    struct Library: Decodable {
      let file: String
      let outcome: String
      let generation: Int
      let hash: String
      let roles: [String]
      let refusal: Refusal?
    }

    struct Refusal: Decodable {
      let step: String
      let expected: String
      let found: String
      let advice: String
    }

    let place: String
    let libraries: [Library]
  }
}

extension BrokenLibrary {
  func check(in report: BrokenLibraryTests.Report, at path: String) {
    guard let said = report.libraries.first(where: { $0.file == path }) else {
      Issue.record("nothing is said of \(name)")
      return
    }
    #expect(said.outcome == "refused" && said.generation == 0, "\(name)")
    guard let refusal = said.refusal else {
      Issue.record("no reason is said for \(name)")
      return
    }
    #expect(step.isEmpty || refusal.step == step, "\(name): \(refusal)")
    #expect(found.isEmpty || refusal.found.contains(found), "\(name): \(refusal)")
    #expect(!refusal.expected.isEmpty && !refusal.advice.isEmpty, "\(name)")
  }
}
