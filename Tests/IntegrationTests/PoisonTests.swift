import Foundation
import RedisTestServer
import Testing

@Suite("A message that takes its worker down")
struct PoisonTests {
  @Test("is given up after the allowed deliveries, and the messages beside it are answered")
  func poison() async throws {
    let server = try await RedisTestServer()
    let wire = Wire(server: server)
    let poison = WireRequest(text: "crash")
    let before = (0..<20).map { WireRequest(text: "before \($0)") }
    let after = (0..<20).map { WireRequest(text: "after \($0)") }
    // All of them are there before the host is: one read gives them to the agent together.
    for request in before { try await wire.send(request, to: "crash") }
    let id = try await wire.send(poison, to: "crash")
    for request in after { try await wire.send(request, to: "crash") }
    let agents = try AgentsFolder(["TestAgents"])
    let host = try HostProcess(
      redis: server.url, agents: agents.path, settings: ["AGENTHOST_MAX_DELIVERIES": "3"])
    let letter = try await wire.deadLetter(of: id, role: "crash")
    #expect(letter["reason"] == "agenthost.deliveries: given to agents 3 times without an outcome")
    #expect(letter["deliveries"] == "4")
    #expect(letter["envelope"] == poison.json)
    let result = try await wire.result(from: poison.resultList)
    #expect(result.errors.map(\.code) == ["agenthost.deliveries"])
    var givenUp: [String] = []
    for request in before + after {
      let result = try await wire.result(from: request.resultList)
      if !result.errors.isEmpty { givenUp.append("\(request.payload): \(result.errors[0].code)") }
    }
    #expect(givenUp == [])
    try await host.waitUntilReady(times: 4)
    try await wire.waitUntilIdle("crash")
    #expect(try wire.integer("XLEN", "dlq:role:crash") == 1)
    #expect(try await host.stop() == 0, "\(host.log)")
  }
}
