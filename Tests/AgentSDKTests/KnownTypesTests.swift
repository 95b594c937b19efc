import Testing

@testable import AgentSDK

@Suite struct KnownTypesTests {
  private struct First {}
  private struct Second {}

  @Test func `What was found of a type is known, and of no other`() {
    let known = KnownTypes()
    #expect(known.verdict(of: First.self) == nil)
    known.note(.none, of: First.self)
    #expect(known.verdict(of: First.self) == TypeVerdict.none)
    known.note(.decimal, of: Second.self)
    #expect(known.verdict(of: Second.self) == .decimal)
    #expect(known.verdict(of: Int.self) == nil)
  }

  @Test func `More types than there is room for are never taken for one another`() {
    let known = KnownTypes()
    let types = Self.types(from: Int.self, 400)
    #expect(Set(types.map { ObjectIdentifier($0) }).count == 400)
    for (index, type) in types.enumerated() {
      known.note(TypeVerdict.allCases[index % TypeVerdict.allCases.count], of: type)
      for (earlier, other) in types[...index].enumerated() {
        let verdict = known.verdict(of: other)
        #expect(verdict == nil || verdict == TypeVerdict.allCases[earlier % TypeVerdict.allCases.count])
      }
    }
  }

  /// Types of types of types.
  private static func types(from type: any Any.Type, _ count: Int) -> [any Any.Type] {
    func nested<Inner>(_ inner: Inner.Type) -> any Any.Type { [Inner].self }
    var types: [any Any.Type] = []
    var next = type
    for _ in 0..<count {
      types.append(next)
      next = _openExistential(next, do: nested)
    }
    return types
  }
}
