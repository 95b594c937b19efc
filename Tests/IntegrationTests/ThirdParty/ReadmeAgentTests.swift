import Foundation
import RedisTestServer
import Testing

extension ThirdPartyTests {
  @Suite("In README, word for word", .running(["EchoC"]))
  struct InReadme {
    @Test("three files, and commands that print what README shows")
    func writeAnAgent() async throws {
      let system = try #require(RunningSystem.current)
      let section = try ReadmeSection("Write an agent")
      #expect(section.files.count == 3 && section.commands.count == 4)
      let checkout = try LinkedCheckout(agents: system.agents.path)
      try section.write(into: checkout.neighbour)
      var environment = ChildProgram.hostlessEnvironment()
      environment["PATH"] = "\(checkout.bin):\(environment["PATH"] ?? "")"
      environment["REDIS_URL"] = system.server.url
      for command in section.commands {
        let ran = try await Finished.program(
          "sh", ["-c", command.line], environment: environment, workingFolder: checkout.neighbour.path,
          within: ThirdPartyBuild.limit)
        try #require(ran.status == 0, "\(command.line): \(ran.output)\(ran.errors)")
        #expect(command.shows(ran.output), "\(command.line): \(ran.output)")
        // Hosts are told, and not waited for; a reader types more slowly than this test.
        if command.line == "agenthost reload" { try await system.host.waitForLog("reload: new 1") }
      }
    }
  }
}
