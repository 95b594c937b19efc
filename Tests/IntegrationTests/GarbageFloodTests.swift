import Foundation
import RedisTestServer
import Testing

@Suite("A flood of garbage")
struct GarbageFloodTests {
  @Test("between good requests costs none of them, and not the worker")
  func flood() async throws {
    let system = try await RunningSystem(["UppercaseAgent"])
    let worker = try system.host.workerProcessIdentifier()
    let good = (0..<20).map { WireRequest(text: "good \($0)") }
    var commands = ""
    for (index, request) in good.enumerated() {
      for part in 0..<5 {
        commands += "XADD stream:role:uppercase * envelope '{\"garbage\":[\(index),\(part)'\n"
      }
      commands += "XADD stream:role:uppercase * envelope '\(request.json)'\n"
    }
    let added = try await Finished.program(
      "redis-cli", ["-s", system.server.socketPath], input: Data(commands.utf8))
    #expect(added.output.split(separator: "\n").count == 120)
    for request in good {
      let result = try await system.wire.result(from: request.resultList)
      #expect(result.payload.text == "GOOD \(request.payload.filter(\.isNumber))")
    }
    try await system.wire.waitUntilIdle("uppercase")
    #expect(try system.wire.integer("XLEN", "dlq:role:uppercase") == 100)
    #expect(try system.host.workerProcessIdentifier() == worker)
    #expect(try await system.host.stop() == 0, "\(system.host.log)")
  }
}
