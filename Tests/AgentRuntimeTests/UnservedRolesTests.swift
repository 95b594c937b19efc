import Testing

@testable import AgentRuntime

@Suite struct UnservedRolesTests {
  private let start = ContinuousClock.now
  private let patience = UnservedRoles.patience

  @Test func `A role that nobody has served for long enough is, and only that`() {
    var roles = UnservedRoles()
    #expect(roles.look(at: ["a", "b"], served: ["b", "c"], now: start).isEmpty)
    #expect(roles.look(at: ["a", "b"], served: ["b"], now: start + patience / 2).isEmpty)
    #expect(roles.look(at: ["a", "b"], served: ["b"], now: start + patience) == ["a"])
    #expect(roles.look(at: ["a", "b"], served: [], now: start + patience * 1.5) == ["a"])
    #expect(roles.look(at: ["a", "b"], served: [], now: start + patience * 3) == ["a", "b"])
  }

  @Test func `Whoever serves it meanwhile begins the time anew`() {
    var roles = UnservedRoles()
    _ = roles.look(at: ["a"], served: [], now: start)
    #expect(roles.look(at: ["a"], served: [], now: start + patience) == ["a"])
    #expect(roles.look(at: ["a"], served: ["a"], now: start + patience * 2).isEmpty)
    #expect(roles.look(at: ["a"], served: [], now: start + patience * 3).isEmpty)
    #expect(roles.look(at: ["a"], served: [], now: start + patience * 4) == ["a"])
  }

  @Test func `A role that is not asked for is forgotten`() {
    var roles = UnservedRoles()
    _ = roles.look(at: ["a"], served: [], now: start)
    _ = roles.look(at: [], served: [], now: start + patience / 2)
    #expect(roles.look(at: ["a"], served: [], now: start + patience).isEmpty)
  }
}
