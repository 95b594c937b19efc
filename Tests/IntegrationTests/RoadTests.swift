import Foundation
import Testing

@Suite("The road of a text through the demo's agents", .running(AgentsFolder.demo + ["EchoC"]))
struct RoadTests {
  private let system: RunningSystem

  init() throws {
    system = try #require(RunningSystem.current)
  }

  @Test(
    "a text comes back in capitals and reversed, by what a reader sees as characters",
    arguments: [
      ("Hello, world!", "!DLROW ,OLLEH"),
      ("straße", "ESSARTS"),
      ("ab🇩🇪🇫🇷", "🇫🇷🇩🇪BA"),
      ("e\u{301}a", "AE\u{301}"),
      ("👩‍👩‍👧x", "X👩‍👩‍👧"),
      (#"quotes " and \ and /"#, #"/ DNA \ DNA " SETOUQ"#),
      ("\u{390}x", "X\u{399}\u{308}\u{301}"),
    ])
  func answers(text: String, answer: String) async throws {
    let sent = try await system.send(text)
    #expect(sent.status == 0)
    #expect(Array(sent.output.unicodeScalars) == Array((answer + "\n").unicodeScalars))
    #expect(sent.errors.isEmpty)
  }

  @Test("arguments are one text with spaces between, and no argument means standard input")
  func textFromArgumentsAndInput() async throws {
    #expect(try await system.send("a", "b").output == "B A\n")
    #expect(try await system.send(input: "first\nsecond\n").output == "DNOCES\nTSRIF\n")
  }

  @Test("--json prints the final envelope and nothing else")
  func wholeEnvelope() async throws {
    let sent = try await system.send("--json", "--conversation", "talk", "Hello")
    let envelope = try WireEnvelope(json: sent.output)
    #expect(envelope.conversationID == "talk")
    #expect(envelope.payload.text == "OLLEH")
    #expect(envelope.processCount == 5)
    #expect(envelope.trace.map(\.role) == ["manager", "uppercase", "manager", "reverse", "manager"])
    #expect(sent.errors.isEmpty)
  }

  @Test("--trace prints the answer and a row for each step")
  func trace() async throws {
    let sent = try await system.send("--trace", "Hello")
    let lines = sent.output.split(separator: "\n").map { $0.split(separator: " ").map(String.init) }
    try #require(lines.count == 7)
    #expect(lines[0] == ["OLLEH"])
    #expect(lines[1] == ["step", "role", "agent", "at", "ms", "took", "ms", "error"])
    #expect(lines[2...].map { $0[0] } == ["1", "2", "3", "4", "5"])
    #expect(lines[2...].map { $0[1] } == ["manager", "uppercase", "manager", "reverse", "manager"])
    #expect(lines[2...].allSatisfy { $0.count == 5 && Double($0[3]) ?? -1 >= 0 && Double($0[4]) ?? -1 >= 0 })
  }

  @Test("an agent in C answers with the payload as it came")
  func agentInC() async throws {
    let sent = try await system.send("--role", "echo", "as it is")
    #expect(sent.output == "as it is\n")
  }
}
