import Foundation
import RedisTestServer
import Testing

@Suite("Together with the specification's implementation in Python", .serialized)
struct PythonTests {
  @Test("its manager leads requests through agents of this host")
  func pythonManager() async throws {
    try await requests(pythonRoles: "manager", libraries: ["UppercaseAgent", "ReverseAgent"])
  }

  @Test("its agents work for the manager of this host")
  func pythonWorkers() async throws {
    try await requests(pythonRoles: "uppercase,reverse", libraries: ["ManagerAgent"])
  }

  @Test("both serve every role, in one group")
  func mixed() async throws {
    try await requests(pythonRoles: "manager,uppercase,reverse", libraries: AgentsFolder.demo)
  }

  /// Sends a thousand requests by the Python client, which checks every result.
  private func requests(pythonRoles: String, libraries: [String]) async throws {
    let python = try await Python()
    let server = try await RedisTestServer()
    let agents = try AgentsFolder(libraries)
    let worker = try python.start("worker.py", "--redis", server.url, "--roles", pythonRoles)
    try await RedisTestServer.wait(until: "the Python agents are ready") {
      String(decoding: worker.output, as: UTF8.self).contains("ready")
    }
    let host = try HostProcess(redis: server.url, agents: agents.path)
    try await host.waitUntilReady()
    let client = try python.start("client.py", "--redis", server.url, "--requests", "1000")
    let status = try await client.exitStatus()
    let summary = try JSONDecoder().decode(Summary.self, from: client.output)
    #expect(status == 0, "\(String(decoding: client.output, as: UTF8.self).prefix(2000))")
    #expect(summary == Summary(requests: 1000, right: 1000, doubled: 0))
    worker.send(SIGTERM)
    #expect(try await worker.exitStatus() == 0, "\(worker.errors)")
    #expect(try await host.stop() == 0, "\(host.log)")
    for role in ["manager", "uppercase", "reverse"] {
      #expect(try Wire(server: server).pending(of: role) == 0)
      #expect(try Wire(server: server).integer("EXISTS", "dlq:role:\(role)") == 0)
    }
  }

  private struct Summary: Decodable, Equatable {
    let requests: Int
    let right: Int
    let doubled: Int
  }
}
