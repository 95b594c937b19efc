import AgentSDK
import Testing

@Suite("A role from a type's name")
struct RoleNameTests {
  @Test(
    "words in lower case, runs of capitals whole, a final Agent dropped",
    arguments: [
      ("TranslationAgent", "translation"), ("RAGSearchAgent", "rag_search"), ("HTTPAgent", "http"),
      ("SMS2EmailAgent", "sms2_email"), ("QualityControlAgent", "quality_control"), ("Echo", "echo"),
      ("Agent", "agent"), ("AgentAgent", "agent"), ("AgentSearch", "agent_search"), ("Reagent", "reagent"),
      ("translatorAgent", "translator"), ("ParseJSON", "parse_json"), ("Search_DocsAgent", "search_docs"),
      ("_HiddenAgent", "hidden"), ("ÜbersetzungsAgent", "übersetzungs"), ("V2Agent", "v2"), ("", ""),
    ])
  func derived(type: String, role: String) {
    #expect(RoleName.derived(fromType: type) == role)
  }

  @Test("an agent's statics have defaults, and a nested generic type has a plain name")
  func defaults() {
    #expect(NamedAgent<Int>.role == "named")
    #expect(NamedAgent<Int>.version == "")
    #expect(NamedAgent<Int>.concurrency == 0)
  }

  struct NamedAgent<Value: Sendable>: Agent {
    func process(_ message: Message, context: AgentContext) async throws -> Reply { .nothing }
  }
}
