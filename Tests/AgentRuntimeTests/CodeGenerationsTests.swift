import Testing

@testable import AgentRuntime

@Suite struct CodeGenerationsTests {
  @Test func `The first code of each library is not past, and what it replaces is`() {
    var code = CodeGenerations()
    for file in ["a", "b", "c"] { code.loaded("\(file) 1", of: file) }
    #expect(code.past == 0)
    code.loaded("a 2", of: "a")
    #expect(code.past == 1)
    code.loaded("a 3", of: "a")
    code.loaded("b 2", of: "b")
    #expect(code.past == 3)
  }

  @Test func `The same code again is mapped already`() {
    var code = CodeGenerations()
    code.loaded("1", of: "a")
    code.loaded("1", of: "a")
    code.loaded("1", of: "another name")
    #expect(code.past == 0)
    for _ in 0..<10 {
      code.loaded("2", of: "a")
      code.loaded("1", of: "a")
    }
    #expect(code.past == 1)
  }

  @Test func `A library that is gone leaves its code behind, until it comes again`() {
    var code = CodeGenerations()
    code.loaded("1", of: "a")
    code.removed("a")
    #expect(code.past == 1)
    code.loaded("1", of: "a")
    #expect(code.past == 0)
  }
}
