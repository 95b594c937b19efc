import Testing

@testable import AgentPlugins

@Suite("Roles that an operator gives")
struct GivenRolesTests {
  private func own(_ roles: [String]) -> [AgentDescriptor] {
    roles.enumerated().map { index, role in
      AgentDescriptor(index: UInt32(index), role: role, name: role, version: "", concurrency: 7)
    }
  }

  private func roles(_ text: String, of own: [String]) throws -> [String] {
    var settings = LibrarySettings()
    try SettingsFile(library: "/x/libA.so").read(text, into: &settings)
    return try settings.descriptors(self.own(own), of: "/x/libA.so").map(\.role)
  }

  @Test func given() throws {
    #expect(try roles("", of: ["a", "b"]) == ["a", "b"])
    #expect(try roles("role: x", of: ["a"]) == ["x"])
    #expect(try roles("roles: {a: x}", of: ["a", "b"]) == ["x", "b"])
    #expect(try roles("roles: {a: b, b: a}", of: ["a", "b"]) == ["b", "a"])
  }

  @Test(
    "what does not fit the library is refused at descriptor, with what it has",
    arguments: [
      ("role: x", "line 1: key \"role\": a library with 2: a, b"),
      ("\nroles:\n  a: x\n  c: y\n", "line 4: key \"roles.c\": a library with a, b"),
      ("roles: {a: b}", "line 1: key \"roles.a\": \"b\" twice"),
      ("roles: {a: x, b: x}", "\"x\" twice"),
    ])
  func refused(text: String, words: String) {
    let error = #expect(throws: LibraryError.self) { try roles(text, of: ["a", "b"]) }
    #expect(error?.step == .descriptor)
    #expect(
      error?.found.contains("/x/libA.yaml") == true && error?.found.contains(words) == true,
      "\(String(describing: error))")
  }

  @Test("what is said of an agent takes the place of what the library says, and only that")
  func rest() throws {
    var settings = LibrarySettings()
    settings.timeout = 2.5
    #expect(try settings.descriptors(own(["a"]), of: "a.so").map(\.concurrency) == [7])
    #expect(try settings.descriptors(own(["a"]), of: "a.so").map(\.timeout) == [2.5])
    settings.concurrency = 3
    #expect(try settings.descriptors(own(["a"]), of: "a.so").map(\.concurrency) == [3])
  }
}
