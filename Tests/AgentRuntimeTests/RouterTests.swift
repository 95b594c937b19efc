import AgentEnvelope
import Testing

@testable import AgentPlugins
@testable import AgentRuntime
@testable import AgentStreams
import StrictJSON

@Suite struct RouterTests {
  private func action(
    _ verb: AgentAction.Verb, _ payload: AgentAction.Payload = .keep, kind: String? = nil,
    error: AgentReportedError? = nil
  ) -> AgentAction {
    AgentAction(verb: verb, payload: payload, kind: kind, error: error)
  }

  private func written(_ action: AgentAction, _ message: ReceivedMessage) throws -> WrittenEnvelope {
    try #require(WrittenEnvelope(try router.writes(for: [action], of: message, step: step).first))
  }

  struct Route: Sendable, CustomTestStringConvertible {
    let verb: AgentAction.Verb
    let key: String
    var role: JSONValue = .null
    var agent: JSONValue = .null
    var list: JSONValue = .null
    let kind: String

    var testDescription: String { "\(verb)" }
  }

  static let targets: [(AgentAction.Target, Route)] = [
    (.role("next"), Route(verb: .reply, key: "{ns}:stream:role:next", role: .string("next"), kind: "task")),
    (
      .agent("h:1:9"),
      Route(verb: .reply, key: "{ns}:stream:agent:h:1:9", agent: .string("h:1:9"), kind: "task")
    ),
    (
      .resultList("result:own"),
      Route(verb: .reply, key: "{ns}:result:own", list: .string("result:own"), kind: "result")
    ),
    (
      .resultList(nil),
      Route(verb: .reply, key: "{ns}:result:c:1.5", list: .string("result:c:1.5"), kind: "result")
    ),
  ]

  static let routes: [Route] = targets.flatMap { target, route in
    [AgentAction.Verb.forward(target), .send(target)].map { verb in
      Route(
        verb: verb, key: route.key, role: route.role, agent: route.agent, list: route.list, kind: route.kind)
    }
  }

  @Test(arguments: routes)
  func `Every verb goes to every target, with the kind that it has by default`(route: Route) throws {
    let message = try message(#""target_role":"upper","target_agent_id":"old","sender_role":"asker""#)
    let envelope = try written(action(route.verb), message)
    #expect(envelope.key == route.key)
    #expect(envelope.isList == (route.kind == "result"))
    #expect(envelope["target_role"] == route.role)
    #expect(envelope["target_agent_id"] == route.agent)
    #expect(envelope["target_list"] == route.list)
    #expect(envelope["kind"] == .string(route.kind))
    #expect(envelope["sender_role"] == .string("upper"))
    #expect(envelope["sender_agent_id"] == .string("host:1:2"))
    #expect(envelope["conversation_id"] == .string("c"))
    #expect(try written(action(route.verb, kind: "status"), message)["kind"] == .string("status"))
  }

  @Test(arguments: [
    ("", "external"), (#""sender_role":"external""#, "external"), (#""sender_role":"a{b}""#, "a{b}"),
  ])
  func `A reply to one outside goes to the result list`(fields: String, sender: String) throws {
    let envelope = try written(action(.reply), message(fields))
    #expect(envelope.key == "{ns}:result:c:1.5")
    #expect(envelope.timeToLive == 600)
    #expect(envelope["target_role"] == .string(sender))
    #expect(envelope["target_list"] == .null)
    #expect(envelope["kind"] == .string("result"))
  }

  @Test func `A reply to a role goes to its stream, and clears the other targets`() throws {
    let fields =
      #""sender_role":"asker","target_agent_id":"h:1:2","target_list":"result:x","result_list":"result:x""#
    let envelope = try written(action(.reply), message(fields))
    #expect(envelope.key == "{ns}:stream:role:asker")
    #expect(!envelope.isList)
    #expect(envelope["target_role"] == .string("asker"))
    #expect(envelope["target_agent_id"] == .null && envelope["target_list"] == .null)
    #expect(envelope["result_list"] == .string("result:x"))
  }

  @Test func `Only the list that is named after the message is kept for a time`() throws {
    let own = #""result_list":"result:client-7""#
    #expect(try written(action(.reply), message()).timeToLive == 600)
    #expect(try written(action(.reply), message(own)).timeToLive == 0)
    #expect(try written(action(.forward(.resultList("result:other"))), message()).timeToLive == 0)
    #expect(try written(action(.forward(.resultList("result:c:1.5"))), message(own)).timeToLive == 600)
  }

  @Test func `A payload is kept, merged or replaced`() throws {
    let message = try message(payload: #"{"text":"x","more":[1]}"#)
    func payload(_ change: AgentAction.Payload) throws -> JSONValue? {
      try written(action(.reply, change), message)["payload"]
    }
    let new = Array(#"{"text":"y","new":true}"#.utf8)
    func parsed(_ text: String) throws -> JSONValue {
      try Array(text.utf8).withUnsafeBytes { try JSONValue.parse($0) }
    }
    #expect(try payload(.keep) == parsed(#"{"text":"x","more":[1]}"#))
    #expect(try payload(.merge(new)) == parsed(#"{"text":"y","more":[1],"new":true}"#))
    #expect(try payload(.replace(new)) == parsed(#"{"text":"y","new":true}"#))
  }

  @Test func `An agent's error joins those that are there, and leaves the trace's entry without one`() throws
  {
    let message = try message(payload: #"{"errors":[{"code":"a","message":"b"}]}"#)
    let envelope = try written(action(.reply, error: AgentReportedError(code: "c", message: "d")), message)
    #expect(envelope.errors == ["a: b", "c: d"])
    #expect(envelope.trace.first?["error"] == .null)
  }

  @Test func `A step is counted, timed and traced`() throws {
    let fields = #""process_count":4,"total_processing_time":1.5,"create_ts":900,"trace":[{"role":"asker"}]"#
    let envelope = try written(action(.reply), message(fields))
    #expect(envelope["process_count"] == .number("5"))
    #expect(envelope["total_processing_time"]?.double == 3.5)
    #expect(envelope["update_ts"]?.double == 1002)
    #expect(envelope["create_ts"]?.double == 900)
    #expect(envelope["message_id"] == .string("c:1.5"))
    #expect(envelope.trace.count == 2)
    let entry = try #require(envelope.trace.last)
    #expect(entry["role"] == .string("upper") && entry["agent_id"] == .string("host:1:2"))
    #expect(
      [entry["start_ts"]?.double, entry["end_ts"]?.double, entry["duration"]?.double] == [1000, 1002, 2])
  }

  @Test func `A message that an agent sends is a new one of the same conversation and age`() throws {
    let fields = #""create_ts":900,"result_list":"result:own","trace":[{"role":"asker"}]"#
    let received = try message(fields)
    let sends = [action(.send(.role("next"))), action(.send(.role("next")))]
    let writes = try router.writes(for: sends, of: received, step: step).map { WrittenEnvelope($0) }
    let ids = writes.compactMap { $0?["message_id"]?.string }
    #expect(ids.count == 2 && Set(ids + ["c:1.5"]).count == 3)
    for (envelope, id) in zip(writes.compactMap(\.self), ids) {
      #expect(id.hasPrefix("c:"))
      #expect(envelope["result_list"] == .string("result:\(id)"))
      #expect(envelope["create_ts"]?.double == 900)
      #expect(envelope.trace.isEmpty)
      #expect(envelope["process_count"] == .number("1"), "what agents send on and on must reach the limit")
    }
    let fresh = try written(action(.send(.role("next"))), message())
    #expect(fresh["create_ts"]?.double == 1000, "without a time it begins with the step")
  }

  @Test func `Several actions are several writes, in their order`() throws {
    let actions = [action(.send(.role("a"))), action(.reply), action(.send(.agent("h:1:1")))]
    let keys = try router.writes(for: actions, of: message(), step: step).map { WrittenEnvelope($0)?.key }
    #expect(keys == ["{ns}:stream:role:a", "{ns}:result:c:1.5", "{ns}:stream:agent:h:1:1"])
    #expect(try router.writes(for: [], of: message(), step: step).isEmpty)
  }
}
