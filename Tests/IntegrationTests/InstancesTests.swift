import Foundation
import RedisTestServer
import Testing

@Suite("Several agents of one role")
struct InstancesTests {
  /// What `agent ls --json` prints of one agent.
  private struct Listed: Decodable {
    struct Agent: Decodable {
      let id: String
      let role: String
      let runs: Int
      let errors: Int
    }

    let place: String
    let agent: Agent
  }

  private func agents(of system: RunningSystem, role: String) async throws -> [Listed.Agent] {
    let list = try await Finished.agenthost(on: system.server, "agent", "ls", "--json")
    #expect(list.status == 0, "\(list)")
    return try JSONDecoder().decode([Listed].self, from: Data(list.output.utf8)).map(\.agent)
      .filter { $0.role == role }
  }

  private func consumers(of system: RunningSystem, role: String) throws -> Int {
    try system.server.cli("XINFO", "CONSUMERS", "stream:role:\(role)", "cg:role:\(role)")
      .split(separator: "\n").count { $0 == "name" }
  }

  @Test(
    "agents come and go under load, each with an id, a stream and a group of its own, and nothing is lost")
  func scaled() async throws {
    let system = try await RunningSystem()
    let load = BackgroundLoad(url: system.server.url)
    let counts = try await load.run {
      for count in [4, 2, 7, 1] {
        let scaled = try await Finished.agenthost(
          on: system.server, "agent", "scale", "uppercase", String(count), "--wait", "--timeout", "300")
        #expect(scaled.status == 0, "\(scaled)")
        let listed = try await agents(of: system, role: "uppercase")
        #expect(listed.count == count && Set(listed.map(\.id)).count == count)
        for agent in listed {
          #expect(
            try system.server.cli("XINFO", "GROUPS", "stream:agent:\(agent.id)").contains(
              "cg:agent:\(agent.id)"))
        }
        #expect(try await agents(of: system, role: "reverse").count == 1)
        try await load.waitForAnswers(200)
        try await RedisTestServer.wait(until: "those that have ended are no consumers any more") {
          try consumers(of: system, role: "uppercase") == count
        }
      }
    }
    #expect(counts.faults == [], "\(system.host.log)")
    #expect(try await system.host.stop() == 0, "\(system.host.log)")
    #expect(try system.server.cli("KEYS", "stream:agent:*") == "", "nobody's stream is left")
  }

  @Test("all agents of a role take their share")
  func share() async throws {
    let system = try await RunningSystem(
      ["TestAgents"], said: ["TestAgents": "instances: 3\nconcurrency: 1\n"])
    // Each can hold only one: all three are needed for three at once.
    let requests = (0..<3).map { _ in WireRequest(payload: #"{"seconds":3}"#) }
    for request in requests { try await system.wire.send(request, to: "slow") }
    for request in requests { try await system.host.waitForLog("slow: begins \(request.messageID)") }
    let results = try await withThrowingTaskGroup(of: WireEnvelope.self) { group in
      for request in requests { group.addTask { try await system.wire.result(from: request.resultList) } }
      return try await group.reduce(into: []) { $0.append($1) }
    }
    #expect(Set(results.map(\.senderAgentID)).count == 3)
    try await RedisTestServer.wait(until: "each says that it has done one") {
      try await agents(of: system, role: "slow").map(\.runs) == [1, 1, 1]
    }
    #expect(try await system.host.stop() == 0, "\(system.host.log)")
  }

  @Test("a new number beside the library starts and ends agents, and exchanges no others")
  func numberBesideTheLibrary() async throws {
    let system = try await RunningSystem(["EchoC"], said: ["EchoC": "instances: 2\n"])
    let before = try await agents(of: system, role: "echo").map(\.id)
    #expect(before.count == 2)
    try system.agents.say("instances: 3\n", of: "EchoC")
    try await system.reload()
    try await system.host.waitForLog("changed 1")
    let after = try await agents(of: system, role: "echo").map(\.id)
    #expect(after.count == 3 && after.starts(with: before))
    let list = try await Finished.agenthost(on: system.server, "plugin", "ls", "--json")
    #expect(list.output.contains(#""generation":1,"#), "\(list.output)")
    try FileManager.default.removeItem(atPath: system.agents.settingsPath(of: "EchoC"))
    try await system.reload()
    try await system.host.waitForLog("changed 1", times: 2)
    #expect(try await agents(of: system, role: "echo").map(\.id) == [before[0]])
    #expect(try await system.host.stop() == 0, "\(system.host.log)")
  }

  @Test("what was said goes before what stands beside the library, after a restart too, until it is reset")
  func restart() async throws {
    let server = try await RedisTestServer()
    let folder = try AgentsFolder(["EchoC"])
    try folder.say("instances: 2\n", of: "EchoC")
    let said = try await Finished.agenthost(on: server, "agent", "scale", "echo", "3")
    #expect(said.status == 0 && said.output == "role echo: 3 agents in each worker that serves it\n")
    let system = try await RunningSystem([], server: server, workers: 0)
    _ = try await system.host.stop()
    let host = try HostProcess(redis: server.url, agents: folder.path)
    try await host.waitUntilReady()
    #expect(try await agents(of: system, role: "echo").count == 3)
    // What is so already is soon done.
    let again = try await Finished.agenthost(on: server, "agent", "scale", "echo", "3", "--wait")
    #expect(again.status == 0, "\(again)")
    let reset = try await Finished.agenthost(
      on: server, "agent", "scale", "echo", "--reset", "--wait", "--json")
    #expect(reset.status == 0, "\(reset)")
    #expect(try JSONDecoder().decode([Listed].self, from: Data(reset.output.utf8)).count == 2)
    #expect(try await host.stop() == 0, "\(host.log)")
  }

  @Test("another number hides no refusal of the file")
  func refusedFile() async throws {
    let system = try await RunningSystem(["EchoC"])
    try system.agents.write(Data("no library".utf8), as: "EchoC")
    let refused = try await Finished.agenthost(on: system.server, "reload", "--wait")
    #expect(refused.status == 5, "\(refused)")
    let scaled = try await Finished.agenthost(on: system.server, "agent", "scale", "echo", "3", "--wait")
    #expect(scaled.status == 0, "\(scaled)")
    let listed = try await Finished.agenthost(on: system.server, "plugin", "ls")
    #expect(listed.output.contains("refused at image"), "\(listed)")
    #expect(try await agents(of: system, role: "echo").count == 3)
    #expect(try await system.host.stop() == 0, "\(system.host.log)")
  }

  @Test(
    "where one of several can't start, those that did are stopped before they are freed, and nothing changes")
  func startFails() async throws {
    let folder = try TemporaryFolder()
    let mark = folder.path(of: "freed while it worked")
    let library = try EchoLibrary.compile([
      EchoLibrary.startFails(3), EchoLibrary.destroy(EchoLibrary.ifStarted("creat(\"\(mark)\", 0600);")),
    ])
    let system = try await RunningSystem([])
    try await system.waitForListeners()
    try system.agents.write(Data(library), as: "EchoC")
    let reload = try await Finished.agenthost(on: system.server, "reload", "--wait")
    #expect(reload.status == 0, "\(reload)")
    let before = try await agents(of: system, role: "echo").map(\.id)
    let scaled = try await Finished.agenthost(on: system.server, "agent", "scale", "echo", "5", "--wait")
    #expect(scaled.status == 7, "\(scaled)")
    #expect(try await agents(of: system, role: "echo").map(\.id) == before && before.count == 1)
    #expect(system.host.log.contains("found no luck"), "\(system.host.log)")
    func list() async throws -> String {
      try await Finished.agenthost(on: system.server, "plugin", "ls").output
    }
    #expect(try await list().contains("refused at start"))
    let reset = try await Finished.agenthost(on: system.server, "agent", "scale", "echo", "--reset", "--wait")
    #expect(reset.status == 0, "\(reset)")
    #expect(try await !list().contains("refused"), "what is wanted now is there")
    #expect(!FileManager.default.fileExists(atPath: mark))
    #expect(try await system.host.stop() == 0, "\(system.host.log)")
    #expect(!FileManager.default.fileExists(atPath: mark))
  }

  @Test("what can't be is refused: exit 2; what nobody serves: exit 7")
  func refused() async throws {
    let system = try await RunningSystem(["EchoC"])
    for words in [
      ["echo"], ["echo", "0"], ["echo", "65"], ["echo", "2", "--reset"], ["", "2"], ["echo", "x"],
    ] {
      let scaled = try await Finished.program(
        try BuildFolder.path(of: "agenthost"), ["agent", "scale"] + words,
        environment: ChildProgram.hostlessEnvironment().merging(["REDIS_URL": system.server.url]) { $1 })
      #expect(scaled.status == 2, "\(words): \(scaled)")
    }
    #expect(try system.server.cli("EXISTS", "agenthost:desired") == "0")
    let nobody = try await Finished.agenthost(on: system.server, "agent", "scale", "none", "2", "--wait")
    #expect(nobody.status == 7 && nobody.errors.contains("no worker serves role none"), "\(nobody)")
    // Whatever stands in the server, a worker is not filled with agents.
    try system.server.cli("HSET", "agenthost:desired", "instances:echo", "100000", "version", "99")
    try await RedisTestServer.wait(until: "there are as many as there may be") {
      try await agents(of: system, role: "echo").count == 64
    }
    try system.server.cli("HSET", "agenthost:desired", "instances:echo", "-5", "version", "100")
    try await RedisTestServer.wait(until: "there is one") {
      try await agents(of: system, role: "echo").count == 1
    }
    #expect(try await system.wire.result(of: WireRequest(text: "x"), from: "echo").errors.isEmpty)
    #expect(try await system.host.stop() == 0, "\(system.host.log)")
  }
}
