import Foundation
import RedisTestServer
import Testing

@Suite("A worker in reserve, in a host")
struct SpareWorkerHostTests {
  private func spares(of host: HostProcess) -> [Int32] {
    ProcessTable.children(of: host.processIdentifier).filter {
      ProcessTable.arguments(of: $0).contains("spare") && ProcessTable.isRunning($0)
    }
  }

  private func waitForSpare(of host: HostProcess) async throws -> Int32 {
    try await RedisTestServer.wait(until: "there is a worker in reserve") { spares(of: host).count == 1 }
    return try #require(spares(of: host).first)
  }

  @Test(
    "it becomes the successor of a worker that dies, in all that can be seen of it, and another takes its place"
  )
  func successor() async throws {
    let system = try await RunningSystem()
    let spare = try await waitForSpare(of: system.host)
    let worker = try system.host.workerProcessIdentifier()
    kill(worker, SIGKILL)
    #expect(try await system.host.waitForAnotherWorker(than: worker) == spare)
    try await system.host.waitUntilReady(times: 2)
    #expect(try await system.send("Hello, world!").output == "!DLROW ,OLLEH\n")
    let status = try await Finished.agenthost(on: system.server, "status", "--json")
    #expect(status.output.contains(#""pid":\#(spare),"#), "\(status)")
    let next = try await waitForSpare(of: system.host)
    #expect(next != spare)
    #expect(try await system.host.stop() == 0, "\(system.host.log)")
    #expect(!ProcessTable.isRunning(next))
  }

  @Test("where it is gone or hangs on, a worker starts without it")
  func gone() async throws {
    let system = try await RunningSystem()
    let spare = try await waitForSpare(of: system.host)
    kill(spare, SIGKILL)
    try await RedisTestServer.wait(until: "it is gone") { spares(of: system.host).isEmpty }
    let worker = try await system.replaceWorker()
    #expect(worker != spare)
    #expect(try await system.send("abc").output == "CBA\n")
    #expect(try await system.host.stop() == 0, "\(system.host.log)")
  }

  @Test("it ends with a supervisor that is killed")
  func orphan() async throws {
    let system = try await RunningSystem()
    let spare = try await waitForSpare(of: system.host)
    system.host.send(SIGKILL)
    try await RedisTestServer.wait(until: "it has ended") { !ProcessTable.isRunning(spare) }
  }

  @Test("an isolated place gets it too, by its name")
  func isolated() async throws {
    let system = try await RunningSystem(
      ["EchoC", "ReverseAgent"], said: ["ReverseAgent": "isolate: heavy"], workers: 2)
    let spare = try await waitForSpare(of: system.host)
    let worker = try system.host.workerProcessIdentifier(at: "heavy")
    kill(worker, SIGKILL)
    #expect(try await system.host.waitForAnotherWorker(than: worker, at: "heavy") == spare)
    #expect(try await system.send("--role", "reverse", "abc").output == "cba\n")
    #expect(try await system.host.stop() == 0, "\(system.host.log)")
  }
}
