import Foundation
import RedisTestServer
import Testing

@Suite("How `agenthost send` fails", .running(["ManagerAgent", "TestAgents"]))
struct SendFailureTests {
  private let system: RunningSystem

  init() throws {
    system = try #require(RunningSystem.current)
  }

  @Test("a role that nobody ever served: exit 1")
  func unknownRole() async throws {
    let sent = try await system.send("--role", "nobody", "text")
    #expect(sent.status == 1)
    #expect(sent.output.isEmpty)
    #expect(
      sent.errors == "agenthost: nobody has ever served the role \"nobody\"; is agenthost running?\n")
    #expect(try system.wire.integer("EXISTS", "stream:role:nobody") == 0)
  }

  @Test("a role whose agents are gone: exit 6 when the time is up")
  func nobodyAnswers() async throws {
    try system.server.cli("XGROUP", "CREATE", "stream:role:gone", "cg:role:gone", "0", "MKSTREAM")
    let sent = try await system.send("--role", "gone", "--timeout", "0.3", "text")
    #expect(sent.status == 6)
    #expect(sent.output.isEmpty)
    #expect(sent.errors.contains("no result within 0.3 seconds"))
  }

  @Test("an error in the result: exit 1, and its code and text")
  func errorInTheResult() async throws {
    let sent = try await system.send("--role", "throwing", "text")
    #expect(sent.status == 1)
    #expect(sent.output.isEmpty)
    #expect(sent.errors.hasPrefix("agenthost: throwing.exception: "))
    #expect(sent.errors.contains("this agent works on nothing"))
  }

  @Test("what a result says of its way stays one line a step, and text")
  func forgedTrace() async throws {
    try system.server.cli("XGROUP", "CREATE", "stream:role:forged", "forgers", "0", "MKSTREAM")
    async let sent = system.send("--role", "forged", "--trace", "text")
    var request: [String: Any] = [:]
    try await RedisTestServer.wait(until: "the request is there") {
      guard let text = try system.wire.entries(of: "stream:role:forged").first?["envelope"] else {
        return false
      }
      request = try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any] ?? [:]
      return true
    }
    request["trace"] = [
      [
        "start_ts": 1, "role": "clear\u{1b}[2J", "agent_id": "h:1:1", "end_ts": 2, "duration": 1,
        "error": "first\nsecond",
      ]
    ]
    let result = String(decoding: try JSONSerialization.data(withJSONObject: request), as: UTF8.self)
    let list = try #require(request["result_list"] as? String)
    try system.server.cli("LPUSH", list, result)
    let output = try await sent.output
    #expect(output.contains("clear") && !output.contains("\u{1b}"), "\(output)")
    #expect(output.split(separator: "\n").count == 3, "\(output)")
  }

  @Test("a conversation that no host would take: exit 2, with what is wrong with it")
  func refusedConversation() async throws {
    let sent = try await system.send("--conversation", "with{braces}", "text")
    #expect(sent.status == 2)
    #expect(sent.errors == "agenthost: conversation_id holds a brace\n")
  }

  @Test("no Redis there: exit 4")
  func noRedis() async throws {
    let sent = try await Finished.agenthost(
      "send", "text", settings: ["REDIS_URL": "unix:///tmp/agenthost-no-such-server.sock"])
    #expect(sent.status == 4)
    #expect(sent.output.isEmpty)
    #expect(sent.errors.hasPrefix("agenthost: "))
    #expect(sent.errors.contains("/tmp/agenthost-no-such-server.sock"))
  }

  @Test(
    "wrong use: exit 2, with the usage",
    arguments: [["--timeout", "0", "x"], ["--timeout", "soon", "x"], ["--no-such-option", "x"]])
  func usage(arguments: [String]) async throws {
    let sent = try await Finished.program(try BuildFolder.path(of: "agenthost"), ["send"] + arguments)
    #expect(sent.status == 2)
    #expect(sent.output.isEmpty)
    #expect(sent.errors.contains("Usage: agenthost send"))
  }

  @Test("a setting that can't be used: exit 3, with its name")
  func badSetting() async throws {
    let sent = try await Finished.agenthost(
      "send", "x", settings: ["REDIS_URL": system.server.url, "MAX_PROCESS_COUNT": "many"])
    #expect(sent.status == 3)
    #expect(sent.errors.contains("MAX_PROCESS_COUNT \"many\": expected a whole number"))
  }
}
