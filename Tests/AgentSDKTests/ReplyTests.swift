import AgentSDK
import Synchronization
import Testing

@Suite("A reply as the host sees it", .timeLimit(.minutes(4)))
struct ReplyTests {
  private struct Text: Encodable, Sendable { var text = "x" }
  private typealias Action = FakeHost.Action
  private static let json = #"{"text":"x"}"#

  private static func seen(_ reply: Reply) async throws -> FakeHost.Completion {
    // Tests run side by side: each reply is left under its own words.
    let key = String(describing: reply)
    ReplyingAgent.replies.withLock { $0[key] = reply }
    let agent = try LoadedAgent(ReplyingAgent.self)
    let seen = await agent.outcome(1, payload: key)
    agent.destroy()
    return seen
  }

  @Test("one action for each way to answer")
  func oneAction() async throws {
    let json = Self.json
    let cases: [(Reply, Action)] = [
      (try .result(Text()), Action(verb: 1, target: 0, mode: 1, payload: json)),
      (.result(), Action(verb: 1, target: 0, mode: 0)),
      (.result(.merging(json: Array("{}".utf8))), Action(verb: 1, target: 0, mode: 1, payload: "{}")),
      (.result(try .replacing(Text())), Action(verb: 1, target: 0, mode: 2, payload: json)),
      (.result(.replacing(json: Array("{}".utf8))), Action(verb: 1, target: 0, mode: 2, payload: "{}")),
      (
        try .forward(Text(), to: .role("next")),
        Action(verb: 2, target: 1, mode: 1, address: "next", payload: json)
      ),
      (
        .forward(to: .agent("host:1:2"), kind: .status),
        Action(verb: 2, target: 2, mode: 0, address: "host:1:2", kind: "status")
      ),
      (.forward(to: .list("result:mine")), Action(verb: 2, target: 3, mode: 0, address: "result:mine")),
      (try .finish(Text()), Action(verb: 2, target: 3, mode: 1, payload: json)),
      (.finish(), Action(verb: 2, target: 3, mode: 0)),
      (
        .finish().appendingError(code: "a.b", message: "bad"),
        Action(verb: 2, target: 3, mode: 0, code: "a.b", message: "bad")
      ),
      (
        .nothing.appendingError(code: "", message: "bad").appendingError(code: "c", message: "worse"),
        Action(verb: 1, target: 0, mode: 0, code: "error", message: "bad; c: worse")
      ),
    ]
    for (reply, action) in cases {
      #expect(try await Self.seen(reply) == .completed([action]))
    }
  }

  @Test("nothing is no action at all")
  func nothing() async throws {
    #expect(try await Self.seen(.nothing) == .completed([]))
  }

  @Test("new messages come after the message's own way, in their order")
  func sends() async throws {
    let reply = try Reply.result().sending(Text(), to: .role("a")).sending(to: .role("b"), kind: .control)
    let expected = [
      Action(verb: 1, target: 0, mode: 0),
      Action(verb: 3, target: 1, mode: 1, address: "a", payload: Self.json),
      Action(verb: 3, target: 1, mode: 0, address: "b", kind: "control"),
    ]
    #expect(try await Self.seen(reply) == .completed(expected))
    #expect(
      try await Self.seen(.nothing.sending(to: .role("b"), kind: .control)) == .completed([expected[2]]))
  }

  @Test("a value that is no JSON object is refused, with what to do")
  func notAnObject() {
    let error = #expect(throws: PayloadError.notAnObject(type: "String")) { try Reply.result("text") }
    #expect(error?.description.contains("wrap it in a struct") == true)
  }
}
