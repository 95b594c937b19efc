import AgentSDK
import Testing

/// Needs what its operator says.
private struct ConfiguredAgent: Agent {
  struct Configuration: Decodable {
    struct Server: Decodable { var port: Int }
    var greeting: String
    var servers: [Server]?
  }

  let configuration: Configuration

  init(configuration: AgentConfiguration) throws {
    self.configuration = try configuration.decode(Configuration.self)
  }

  func process(_ message: Message, context: AgentContext) async throws -> Reply {
    .result(.merging(json: Array("\(configuration.greeting) as \(context.role)".utf8)))
  }
}

@Suite("What an operator says to an agent", .timeLimit(.minutes(4)))
struct AgentConfigurationTests {
  @Test("it reaches the agent before anything else does, and so does its role")
  func configured() async throws {
    let host = FakeHost(configuration: #"{"greeting":"Hi","more":[1]}"#, role: "greeter")
    let agent = try LoadedAgent(ConfiguredAgent.self, host: host)
    guard case .completed(let actions) = await agent.outcome(1) else {
      Issue.record("process failed")
      return
    }
    #expect(actions.map(\.payload) == ["Hi as greeter"])
    agent.destroy()
  }

  @Test(
    "what is wrong with it is said with its key, and the agent is not made",
    arguments: [
      ("{}", #"config key "greeting" is missing"#),
      (#"{"greeting":null}"#, #"config key "greeting" is null"#),
      (#"{"greeting":5}"#, #"config key "greeting" is no String"#),
      (#"{"greeting":"","servers":[{"port":1},{"port":"x"}]}"#, #"config key "servers.1.port" is no Int"#),
      (
        #"{"greeting":"","more":0.5,"servers":[{"port":3},{"port":99999999999999999999},{"port":1.5}]}"#,
        #"config key "servers.1.port" is a number that its type does not hold"#
      ),
      (
        #"{"greeting":"","servers":[{"port":1.5}]}"#,
        #"config key "servers.0.port" is a number that its type does not hold"#
      ),
    ])
  func refused(json: String, words: String) {
    let refused = #expect(throws: LoadedAgent.Refused.self) {
      try LoadedAgent(ConfiguredAgent.self, host: FakeHost(configuration: json))
    }
    #expect(refused?.why.hasPrefix(words) == true, "\(refused?.why ?? "")")
  }

  @Test("a host that says nothing has said {}")
  func silent() {
    let refused = #expect(throws: LoadedAgent.Refused.self) {
      try LoadedAgent(ConfiguredAgent.self, host: FakeHost(offersExtensions: false))
    }
    #expect(refused?.why == #"config key "greeting" is missing"#)
  }

  @Test("an agent that wants nothing is made by init(), one that wants it only by the other")
  func plain() throws {
    #expect(throws: AgentConfigurationError.self) { try ConfiguredAgent() }
    let agent = try LoadedAgent(ObservingAgent.self, host: FakeHost(configuration: #"{"greeting":5}"#))
    agent.destroy()
  }
}
