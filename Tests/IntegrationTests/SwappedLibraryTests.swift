import Foundation
import RedisTestServer
import TestLibrary
import Testing

@Suite("A file that changes while it is let in")
struct SwappedLibraryTests {
  @Test("what was checked is loaded, whatever has its name by then; the next reload loads that")
  func swapped() async throws {
    let system = try await RunningSystem(["EchoC"])
    try await system.waitForListeners()
    let gate = try CodeGate()
    let checked = Data(
      try EchoLibrary.compile([EchoLibrary.answer("checked"), EchoLibrary.constructor(gate.code)]))
    let other = Data(try EchoLibrary.compile([EchoLibrary.answer("other")]))
    try gate.close()
    try system.agents.write(checked, as: "EchoC")
    async let reload = Finished.agenthost(on: system.server, "reload", "--wait")
    // Its constructor runs after the check, in the process that tries it, and before any worker has mapped it.
    try await gate.waitUntilCodeWaits()
    try system.agents.write(other, as: "EchoC")
    try gate.open()
    let first = try await reload
    #expect(first.status == 0 && first.output.contains(" changed "), "\(first.output)\(first.errors)")
    #expect(try await hash(of: system) == Self.hash(checked))
    #expect(try await answer(of: system) == "checked")
    let second = try await Finished.agenthost(on: system.server, "reload", "--wait")
    #expect(second.status == 0 && second.output.contains(" changed "), "\(second.output)\(second.errors)")
    #expect(try await hash(of: system) == Self.hash(other))
    #expect(try await answer(of: system) == "other")
    #expect(try await system.host.stop() == 0, "\(system.host.log)")
  }

  private func answer(of system: RunningSystem) async throws -> String? {
    try await system.wire.result(of: WireRequest(), from: "echo").payload.text
  }

  /// Of what is loaded, as the host says.
  private func hash(of system: RunningSystem) async throws -> String? {
    let list = try await Finished.agenthost(on: system.server, "plugin", "ls", "--json")
    let workers = try JSONDecoder().decode([BrokenLibraryTests.Report].self, from: Data(list.output.utf8))
    return workers.flatMap(\.libraries).map(\.hash).first
  }

  private static func hash(_ bytes: Data) throws -> String {
    try TestLibrary.withTemporaryFolder { folder in
      let file = folder.appending(path: "library")
      try bytes.write(to: file)
      return String(try TestLibrary.run("sha256sum", [file.path]).prefix(64))
    }
  }
}
