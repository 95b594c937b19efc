import Testing

@Suite("What an agent library shows")
struct PluginSymbolTests {
  @Test("its entry and nothing else", arguments: AgentsFolder.demo + ["EchoC", "TestAgents"])
  func exports(library: String) async throws {
    let symbols = try await Finished.program(
      "nm", ["-D", "--defined-only", try BuildFolder.path(of: "lib\(library).so")])
    #expect(symbols.status == 0)
    let names = symbols.output.split(separator: "\n").compactMap { $0.split(separator: " ").last }
    #expect(names == ["agent_plugin_entry"])
  }
}
