import Testing

@testable import AgentPlugins

@Suite("What a role of a library may be called")
struct RoleNameTests {
  @Test(arguments: ["a", "translation", "rag_search", "A-1.b", "0", String(repeating: "x", count: 64)])
  func accepted(role: String) {
    #expect(RoleName.isValid(role))
  }

  @Test(arguments: [
    "", " ", "a b", "ä", "a:b", "a/b", "{a}", "a\n", "a\0", "*", "a,b", String(repeating: "x", count: 65),
  ])
  func refused(role: String) {
    #expect(!RoleName.isValid(role))
  }
}
