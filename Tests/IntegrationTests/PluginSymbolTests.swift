import Testing

@Suite("What an agent library shows")
struct PluginSymbolTests {
  @Test("its entry and nothing else", arguments: AgentsFolder.demo + ["EchoC", "TestAgents"])
  func exports(library: String) async throws {
    let path = try BuildFolder.path(of: "lib\(library).so")
    #expect(try await ExportedSymbols.names(of: path) == ["agent_plugin_entry"])
  }
}
