import Testing

extension ThirdPartyTests {
  @Suite(
    "In Swift, a package of its own",
    .thirdParty("TranslationAgent") { try await ThirdPartyBuild.swift(into: $0) })
  struct InSwift {
    private let system: RunningSystem
    private var wire: Wire { system.wire }

    init() throws {
      system = try #require(RunningSystem.current)
    }

    private func request(_ text: String, _ language: String, more: String = "") -> WireRequest {
      WireRequest(payload: #"{"text":"\#(text)","language":"\#(language)"\#(more)}"#)
    }

    @Test("decodes, wants a message again, and answers into its payload")
    func answers() async throws {
      let request = request("Hello world", "fr", more: #","other":1.50"#)
      try await wire.send(request, to: "translation")
      let json = try await wire.text(from: request.resultList)
      #expect(json.contains(#""other":1.50"#))
      let result = try WireEnvelope(json: json)
      #expect(result.payload.text == "bonjour monde" && result.errors.isEmpty)
      #expect(
        result.trace.map(\.error) == ["to be tried again in 0.05 s: the glossary was not open yet", nil])
      #expect(system.host.log.contains("translation: 1.2 starts"))
    }

    @Test("passes on what it does not know, and says so in the host's log")
    func forwards() async throws {
      let request = request("hello moon", "de", more: #","otherwise":"echo""#)
      let result = try await wire.result(of: request, from: "translation")
      #expect(result.payload.text == "hello moon" && result.errors.isEmpty)
      #expect(result.trace.map(\.role).suffix(3) == ["translation", "echo", "translation"])
      #expect(system.host.log.contains("translation: moon is not in the glossary; echo may know it"))
    }

    @Test("what it throws is its caller's error, in its words")
    func throwsAnError() async throws {
      let result = try await wire.result(of: request("hello", "eo"), from: "translation")
      #expect(
        result.errors == [.init(code: "translation.exception", message: "there is no glossary for eo")])
    }

    @Test("shows its entry and nothing else")
    func exports() async throws {
      let path = system.agents.path(of: "TranslationAgent")
      #expect(try await ExportedSymbols.names(of: path) == ["agent_plugin_entry"])
    }
  }
}
