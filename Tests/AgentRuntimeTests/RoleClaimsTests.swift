import SeededGenerator
import Testing

@testable import AgentRuntime

@Suite("Which library serves a role")
struct RoleClaimsTests {
  private typealias Conflict = RoleClaims.Conflict

  @Test("it is the first that comes; the next is refused with all of its roles")
  func first() {
    let conflicts = RoleClaims.conflicts(
      [("a", ["x"]), ("b", ["w", "x"]), ("c", ["w"])], serving: [:])
    #expect(conflicts == ["b": Conflict(role: "w", holder: "c")], "b has neither of its roles")
  }

  @Test("whoever serves it and goes on has it, wherever it stands")
  func holder() {
    let conflicts = RoleClaims.conflicts([("a", ["x"]), ("b", ["x"])], serving: ["b": ["x"]])
    #expect(conflicts == ["a": Conflict(role: "x", holder: "b")])
    #expect(
      RoleClaims.conflicts([("a", ["x"])], serving: ["b": ["x"]])
        == ["a": Conflict(role: "x", holder: "b")])
  }

  @Test("it moves from one to another, and two may change places")
  func moves() {
    #expect(
      RoleClaims.conflicts([("a", ["x", "y"]), ("b", ["z"])], serving: ["a": ["x"], "b": ["y"]]) == [:])
    #expect(RoleClaims.conflicts([("a", ["y"]), ("b", ["x"])], serving: ["a": ["x"], "b": ["y"]]) == [:])
  }

  @Test("what one that can't change serves on is free for nobody")
  func chain() {
    let conflicts = RoleClaims.conflicts(
      [("a", ["y"]), ("b", ["z"])], serving: ["a": ["x"], "b": ["y"], "c": ["z"]])
    #expect(conflicts == ["b": Conflict(role: "z", holder: "c"), "a": Conflict(role: "y", holder: "b")])
  }

  @Test(
    "whatever comes, each role is served by one library in the end, and who is refused has a reason",
    arguments: 0..<200)
  func property(seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    let roles = ["p", "q", "r", "s"]
    var serving: [String: Set<String>] = [:]
    for role in roles where Bool.random(using: &generator) {
      serving["\(Int.random(in: 0..<5, using: &generator))", default: []].insert(role)
    }
    let claims = (0..<5).filter { _ in Bool.random(using: &generator) }.map { file in
      ("\(file)", Set(roles.filter { _ in Bool.random(using: &generator) }))
    }
    let conflicts = RoleClaims.conflicts(claims, serving: serving)
    var after = serving
    for (file, roles) in claims where conflicts[file] == nil { after[file] = roles }
    #expect(Set(after.values.joined()).count == after.values.joined().count, "\(claims) \(serving)")
    for (file, conflict) in conflicts {
      #expect(after[conflict.holder]?.contains(conflict.role) == true && conflict.holder != file)
    }
  }
}
