import Testing

extension ThirdPartyTests {
  @Suite(
    "In C, by a Makefile", .enabled(if: ThirdPartyBuild.hasC, "there is no cc, or no make"),
    .thirdParty("WordCount") { try await ThirdPartyBuild.c(into: $0) })
  struct InC {
    private let system: RunningSystem
    private var wire: Wire { system.wire }

    init() throws {
      system = try #require(RunningSystem.current)
    }

    @Test(
      "counts words",
      arguments: [
        (#"{"text":"one two  three"}"#, "3 words"), (#"{"text":""}"#, "0 words"),
        (#"{"a":{"text":"x y","b":["}",1]},"c":"\"}","text":"one\ntwo"}"#, "2 words"),
      ])
    func counts(payload: String, answer: String) async throws {
      let result = try await wire.result(of: WireRequest(payload: payload), from: "word_count")
      #expect(result.payload.text == answer && result.errors.isEmpty)
    }

    @Test("answers from a thread of its own, when its time has come")
    func later() async throws {
      let request = WireRequest(payload: #"{"text":"one","seconds":0.5}"#)
      let result = try await wire.result(of: request, from: "word_count")
      #expect(result.payload.text == "1 words" && result.trace.first.map { $0.duration > 0.45 } == true)
    }

    @Test("answers others while a message waits, and gives that up when it is cancelled")
    func cancelled() async throws {
      let request = WireRequest(payload: #"{"text":"one","seconds":60}"#)
      try await wire.send(request, to: "word_count")
      try await system.host.waitForLog("word_count: waits for 60 s")
      let other = WireRequest(payload: #"{"text":"one two"}"#)
      #expect(try await wire.result(of: other, from: "word_count").payload.text == "2 words")
      let told = try await Finished.agenthost(on: system.server, "cancel", request.messageID)
      #expect(told.status == 0, "\(told.errors)")
      try await system.host.waitForLog("word_count: given up")
      let result = try await wire.result(from: request.resultList)
      #expect(result.errors.map(\.code) == ["agenthost.cancelled"])
      try await wire.waitUntilIdle("word_count")
      #expect(try await system.send("--role", "word_count", "a", "b", "c").output == "3 words\n")
    }

    @Test("fails a message that it can't work on")
    func fails() async throws {
      let result = try await wire.result(of: WireRequest(payload: #"{"words":1}"#), from: "word_count")
      #expect(
        result.errors
          == [.init(code: "word_count.exception", message: "there is no text to count words in")])
    }

    @Test("shows its entry and nothing else")
    func exports() async throws {
      let path = system.agents.path(of: "WordCount")
      #expect(try await ExportedSymbols.names(of: path) == ["agent_plugin_entry"])
    }
  }
}
