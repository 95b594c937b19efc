import Foundation
import RedisTestServer
import Testing

@Suite("agenthost dlq", .running(["TestAgents"]))
struct DeadLetterCommandTests {
  private let system: RunningSystem
  private var wire: Wire { system.wire }

  init() throws {
    system = try #require(RunningSystem.current)
  }

  private func dlq(_ words: String...) async throws -> Finished {
    try await Finished.program(
      try BuildFolder.path(of: "agenthost"), ["dlq"] + words,
      environment: ChildProgram.hostlessEnvironment().merging(["REDIS_URL": system.server.url]) { $1 })
  }

  /// A role of a test's own that nobody serves, with dead letters of messages to it.
  private func letters(_ role: String, _ requests: [WireRequest]) throws {
    for request in requests {
      try system.server.cli(
        "XADD", "dlq:role:\(role)", "*", "envelope", request.json, "reason", "agenthost.deliveries: why",
        "deliveries", "5", "agent_id", "h:1:1", "code_hash", "abc", "time", "1700000000.5", "stream",
        "stream:role:\(role)", "entry_id", "1-1")
      try system.server.cli("SET", "agenthost:request:\(request.messageID)", "failed")
    }
  }

  @Test("ls and show print what there is, for people and for programs")
  func listed() async throws {
    let requests = (0..<3).map { _ in WireRequest() }
    try letters("seen", requests)
    let table = try await dlq("ls", "--role", "seen")
    let lines = table.output.split(separator: "\n")
    #expect(lines.count == 4)
    #expect(lines[0].split(separator: " ").prefix(3) == ["role", "id", "time"])
    #expect(lines[1].contains("2023-11-14 22:13:20") && lines[1].contains(requests[0].messageID))
    let json = try await dlq("ls", "--role", "seen", "--json", "--limit", "2").output.split(separator: "\n")
    #expect(json.count == 2)
    let object = try JSONSerialization.jsonObject(with: Data(json[0].utf8)) as? [String: Any]
    #expect(object?["message_id"] as? String == requests[0].messageID)
    let id = try #require(object?["id"] as? String)
    let shown = try await dlq("show", "seen", id)
    #expect(shown.output.contains("reason: agenthost.deliveries: why\n"))
    #expect(shown.output.contains("envelope: \(requests[0].json)\n"))
    let missing = try await dlq("show", "seen", "1-1")
    #expect(missing.status == 1 && missing.errors == "agenthost: role seen has no dead letter 1-1\n")
  }

  @Test("filters: message, conversation, reason, age, ids")
  func filtered() async throws {
    let requests = (0..<4).map { WireRequest(conversationID: "conv\($0)") }
    try letters("filtered", requests)
    func count(_ words: String...) async throws -> Int {
      let listed = try await Finished.program(
        try BuildFolder.path(of: "agenthost"), ["dlq", "ls", "--role", "filtered", "--json"] + words,
        environment: ChildProgram.hostlessEnvironment().merging(["REDIS_URL": system.server.url]) { $1 })
      return listed.output.split(separator: "\n").count
    }
    #expect(try await count("--conversation", "conv2") == 1)
    #expect(try await count("--message", requests[3].messageID) == 1)
    #expect(try await count("--reason", "agenthost.deliveries") == 4)
    #expect(try await count("--reason", "agenthost.other") == 0)
    #expect(try await count("--older-than", "60") == 4)
    #expect(try await count("--newer-than", "60") == 0)
    let id = try #require(try wire.entries(of: "dlq:role:filtered").first?.id)
    #expect(try await count("--id", id) == 1)
    #expect(try await dlq("ls", "--id", id).status == 2, "two roles can have entries of one id")
  }

  @Test("replay: the message is worked on as if it were new, with its id and its trace, once")
  func replayed() async throws {
    let step = #"{"start_ts":1,"role":"before","agent_id":"a","end_ts":2,"duration":1,"error":null}"#
    let old = #""trace":[\#(step)],"process_count":50,"total_processing_time":301,"create_ts":5"#
    var request = WireRequest(payload: #"{"times":1,"__agenthost":{"attempts":7,"deadline":9,"kept":1}}"#)
    request.members = [old]
    try letters("retry", [request])
    let dry = try await dlq("replay", "--role", "retry", "--message", request.messageID, "--dry-run")
    #expect(dry.output.hasSuffix("1 would be sent again\n"))
    #expect(try wire.integer("EXISTS", "agenthost:request:\(request.messageID)") == 1)
    let done = try await dlq(
      "replay", "--role", "retry", "--message", request.messageID, "--yes", "--rate", "100")
    #expect(done.output == "1 sent again\n", "\(done.errors)")
    let text = try await wire.text(from: request.resultList)
    let result = try WireEnvelope(json: text)
    #expect(result.payload.text == "given 1 times" && result.errors.isEmpty)
    #expect(result.messageID == request.messageID)
    #expect(result.trace.map(\.role) == ["before", "retry"])
    #expect(result.processCount == 1)
    #expect(result.created > 1_600_000_000)
    #expect(text.contains(#""__agenthost":{"kept":1}"#))
    let again = try await dlq("replay", "--role", "retry", "--message", request.messageID, "--yes")
    #expect(again.output == "0 sent again\n")
  }

  @Test("rm removes what is meant, and nothing else; without a terminal it wants --yes")
  func removed() async throws {
    let requests = (0..<3).map { _ in WireRequest() }
    try letters("removed", requests)
    let asked = try await dlq("rm", "--role", "removed")
    #expect(asked.status == 2)
    #expect(asked.errors.contains("say --yes"))
    #expect(try wire.integer("XLEN", "dlq:role:removed") == 3)
    let gone = try await dlq("rm", "--role", "removed", "--message", requests[1].messageID, "--yes")
    #expect(gone.output == "1 removed\n")
    #expect(try wire.entries(of: "dlq:role:removed").count == 2)
    #expect(try await dlq("rm", "--role", "removed", "--limit", "1", "--yes").output == "1 removed\n")
    #expect(try wire.integer("XLEN", "dlq:role:removed") == 1)
  }

  @Test("what was no envelope can't be sent: it stays, and the exit says so")
  func noEnvelope() async throws {
    try system.server.cli("XADD", "dlq:role:garbage", "*", "envelope", "no JSON", "reason", "agenthost.x: y")
    let replayed = try await dlq("replay", "--role", "garbage", "--yes")
    #expect(replayed.status == 1 && replayed.output == "0 sent again\n")
    #expect(replayed.errors.contains("is no envelope and can't be sent"))
    #expect(try wire.integer("XLEN", "dlq:role:garbage") == 1)
  }

  @Test("a replay sends what was there when it began, and not again what becomes a dead letter meanwhile")
  func replayEnds() async throws {
    let list = "result:of-another-type"
    try system.server.cli("SET", list, "no list")
    var request = WireRequest(payload: #"{"times":1}"#)
    request.members = [#""target_list":"\#(list)","result_list":"\#(list)""#]
    try letters("retry", [request])
    let replayed = try await dlq(
      "replay", "--role", "retry", "--message", request.messageID, "--yes", "--rate", "2", "--limit", "3")
    #expect(replayed.output == "1 sent again\n", "\(replayed.errors)")
    try await RedisTestServer.wait(until: "it is a dead letter again") {
      try wire.entries(of: "dlq:role:retry").contains { $0["envelope"]?.contains(request.messageID) == true }
    }
  }

  @Test("a replay that is refused leaves everything as it was")
  func replayRefused() async throws {
    let request = WireRequest()
    try letters("wrong", [request])
    try system.server.cli("SET", "stream:role:wrong", "no stream")
    let replayed = try await dlq("replay", "--role", "wrong", "--yes")
    #expect(replayed.status == 1 && replayed.errors.contains("WRONGTYPE"), "\(replayed.errors)")
    #expect(try wire.integer("XLEN", "dlq:role:wrong") == 1)
    #expect(try system.server.cli("GET", "agenthost:request:\(request.messageID)") == "failed")
  }

  @Test("figures that are none are refused: a filter that is always true would remove everything")
  func oddFigures() async throws {
    try letters("odd", [WireRequest()])
    for words in [["--older-than", "nan"], ["--newer-than", "nan"], ["--older-than", "-1"]] {
      let removed = try await Finished.program(
        try BuildFolder.path(of: "agenthost"), ["dlq", "rm", "--role", "odd", "--yes"] + words,
        environment: ChildProgram.hostlessEnvironment().merging(["REDIS_URL": system.server.url]) { $1 })
      #expect(removed.status == 2, "\(words)")
    }
    for rate in ["1e-300", "inf", "nan", "0"] {
      #expect(try await dlq("replay", "--role", "odd", "--yes", "--rate", rate).status == 2, "\(rate)")
    }
    #expect(try wire.integer("XLEN", "dlq:role:odd") == 1)
  }

  @Test("a key's name does not reach the terminal as it is")
  func escapedRole() async throws {
    try letters("clear\u{1b}[2J", [WireRequest()])
    for words in [["dlq", "ls"], ["dlq", "rm", "--dry-run"], ["role", "ls"]] {
      let listed = try await Finished.program(
        try BuildFolder.path(of: "agenthost"), words,
        environment: ChildProgram.hostlessEnvironment().merging(["REDIS_URL": system.server.url]) { $1 })
      #expect(listed.output.contains("clear") && !listed.output.contains("\u{1b}"), "\(words): \(listed)")
    }
  }

  @Test("a rate makes nobody wait behind the last")
  func waitsBetween() async throws {
    try letters("slowly", [WireRequest()])
    let start = ContinuousClock.now
    #expect(try await dlq("replay", "--role", "slowly", "--yes", "--rate", "0.05").output == "1 sent again\n")
    #expect(ContinuousClock.now - start < .seconds(15), "20 s between two")
  }

  @Test("a key that holds something else hides nothing of other roles")
  func otherTypes() async throws {
    try letters("beside", [WireRequest()])
    for key in ["dlq:role:atype", "stream:role:atype", "agenthost:host:atype"] {
      try system.server.cli("SET", key, "another type")
    }
    let listed = try await dlq("ls")
    #expect(listed.status == 0 && listed.output.contains("beside"), "\(listed.errors)")
    #expect(listed.errors.contains("dlq:role:atype is passed over"))
    #expect(try await dlq("ls", "--role", "atype").status == 1)
    let roles = try await Finished.program(
      try BuildFolder.path(of: "agenthost"), ["role", "ls"],
      environment: ChildProgram.hostlessEnvironment().merging(["REDIS_URL": system.server.url]) { $1 })
    let rows = roles.output.split(separator: "\n")
    #expect(rows.contains { $0.hasPrefix("beside ") && $0.hasSuffix(" unserved") }, "\(roles.errors)")
    #expect(rows.contains { $0.hasPrefix("atype ") && $0.contains("broken") })
  }
}
