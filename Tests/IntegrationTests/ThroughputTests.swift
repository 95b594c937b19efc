import Testing

@Suite("Many requests at once")
struct ThroughputTests {
  @Test("ten thousand, 256 in flight: each is answered once and right, and nothing is left")
  func tenThousand() async throws {
    let system = try await RunningSystem()
    let load = Load(requests: 10_000, inFlight: 256)
    let outcome = try await load.run(on: system)
    #expect(outcome.right == 10_000)
    #expect(outcome.wrong == [])
    try await expectNothingLeft(in: system, results: 10_000)
    #expect(try await system.host.stop() == 0, "\(system.host.log)")
  }

  @Test("a worker killed in the middle costs no request, and none is answered twice")
  func workerKilled() async throws {
    let system = try await RunningSystem()
    let worker = try system.host.workerProcessIdentifier()
    let load = Load(requests: 5_000, inFlight: 256)
    let outcome = try await load.run(on: system) { answered in
      if answered == 1_500 { ProcessTable.kill(worker) }
    }
    #expect(outcome.right == 5_000)
    #expect(outcome.wrong == [])
    #expect(try system.host.workerProcessIdentifier() != worker)
    try await expectNothingLeft(in: system, results: 5_000)
    #expect(try await system.host.stop() == 0, "\(system.host.log)")
  }

  private func expectNothingLeft(in system: RunningSystem, results: Int) async throws {
    for role in ["manager", "uppercase", "reverse"] {
      try await system.wire.waitUntilIdle(role)
      #expect(try system.wire.integer("EXISTS", "dlq:role:\(role)") == 0)
    }
    // Each element of a list was an LPUSH: whatever had been answered twice would show here.
    #expect(try system.wire.commandCount("lpush") == results)
  }
}
