import RedisTestServer
import Testing

/// Two builds of one agent with different layouts of a C struct.
@Suite("Libraries that have a C struct in common")
struct SharedStructTests {
  private func system(_ builds: [String: String]) async throws -> RunningSystem {
    let system = try await RunningSystem([])
    try await system.waitForListeners()
    for (library, build) in builds {
      try system.agents.say("role: \(library.lowercased())", of: library)
      try system.agents.write(try AgentsFolder.contents(of: build), as: library)
    }
    return system
  }

  private func reload(_ system: RunningSystem) async throws -> Finished {
    try await Finished.agenthost(on: system.server, "reload", "--wait", "--timeout", "300")
  }

  @Test("are exchanged together where its layout changes, by a new worker")
  func together() async throws {
    let system = try await system(["Left": "ShapeOne", "Right": "ShapeOne"])
    #expect(try await reload(system).status == 0)
    for library in ["Left", "Right"] {
      try system.agents.write(try AgentsFolder.contents(of: "ShapeThree"), as: library)
    }
    let before = try system.host.workerProcessIdentifier()
    let changed = try await reload(system)
    #expect(changed.status == 0, "\(changed)")
    #expect(try await system.host.waitForAnotherWorker(than: before) != before)
    let agents = try await Finished.agenthost(on: system.server, "agent", "ls")
    #expect(agents.output.contains(" left ") && agents.output.contains(" right "), "\(agents)")
    #expect(try await system.host.stop() == 0, "\(system.host.log)")
  }

  @Test("and not its layout: the second is refused, also where both are new")
  func apart() async throws {
    let system = try await system(["Left": "ShapeOne", "Right": "ShapeThree"])
    let before = try system.host.workerProcessIdentifier()
    let refused = try await reload(system)
    #expect(refused.status == 5, "\(refused)")
    let left = system.agents.path(of: "Left")
    #expect(refused.output.contains("expected the C struct author_shape as \(left) has it"), "\(refused)")
    #expect(try system.host.workerProcessIdentifier() == before)
    #expect(try await system.host.stop() == 0, "\(system.host.log)")
  }
}
