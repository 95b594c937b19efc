extension LibrarySettings {
  /// What a library can make, with what is said about it.
  package func descriptors(of library: AgentLibrary) throws(LibraryError) -> [AgentDescriptor] {
    try descriptors(library.descriptors, of: library.file)
  }

  func descriptors(
    _ own: [AgentDescriptor], of file: String
  ) throws(LibraryError) -> [AgentDescriptor] {
    do throws(YAMLProblem) {
      let given = try given(for: own.map(\.role))
      return own.map { descriptor in
        descriptor.served(
          as: given[descriptor.role]?.name ?? descriptor.role, concurrency: concurrency, timeout: timeout)
      }
    } catch {
      throw SettingsFile(library: file).refusal(.descriptor, error)
    }
  }

  /// By the library's own roles.
  private func given(for own: [String]) throws(YAMLProblem) -> [String: GivenRole] {
    let names = own.joined(separator: ", ")
    switch roles {
    case .none: return [:]
    case .only(let role):
      guard own.count == 1 else {
        throw YAMLProblem(
          line: role.line, key: "role", expected: "a library with one role, or key \"roles\"",
          found: "a library with \(own.count): \(names)")
      }
      return [own[0]: role]
    case .each(let roles):
      for (role, given) in roles.sorted(by: { $0.value.line < $1.value.line }) where !own.contains(role) {
        throw YAMLProblem(
          line: given.line, key: "roles.\(role)", expected: "roles that the library has",
          found: "a library with \(names)")
      }
      try checkRepeated(roles, own: own)
      return roles
    }
  }

  private func checkRepeated(_ roles: [String: GivenRole], own: [String]) throws(YAMLProblem) {
    var taken = Set(own.filter { roles[$0] == nil })
    for (role, given) in roles.sorted(by: { $0.value.line < $1.value.line }) {
      guard taken.insert(given.name).inserted else {
        throw YAMLProblem(
          line: given.line, key: "roles.\(role)", expected: "each role once", found: "\"\(given.name)\" twice"
        )
      }
    }
  }
}
