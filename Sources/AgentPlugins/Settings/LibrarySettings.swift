/// What an operator says about a library, in a file beside it: `NAME.yaml` for `NAME.so`.
/// `library-settings.schema.json` says the same for editors; a test holds both together.
package struct LibrarySettings: Sendable, Equatable {
  /// A larger file is a mistake.
  package static let maximumBytes = 16 << 10
  /// Seconds that one message may be given.
  package static let maximumTimeout = 1e6
  /// Agents of one role in one worker.
  package static let maximumInstances = 64

  /// Whether the library is loaded at all.
  package var isEnabled = true
  /// The isolated place whose worker serves the library; nil: the main one.
  package var place: String?
  /// Messages at once for each of its agents, whatever the library says.
  package var concurrency: Int?
  /// Seconds for one message that does not say; nil: the host's default.
  package var timeout: Double?
  package var roles = GivenRoles.none
  /// How many agents serve each role, where operators have not said another number for all hosts.
  package var instances = 1
  /// For the agents.
  package var agents = AgentSettings()

  package init(place: String? = nil, concurrency: Int? = nil) {
    self.place = place
    self.concurrency = concurrency
  }

  /// Whether `other` says the same, but for how many agents there are to be.
  package func differOnlyInNumber(from other: LibrarySettings) -> Bool {
    var alike = self
    alike.instances = other.instances
    return alike == other
  }

  /// Where there is no such file, nothing is said.
  /// `trustsAll`: whoever has written it.
  package init(ofLibrary library: String, trustsAll: Bool = false) throws(LibraryError) {
    let file = SettingsFile(library: library)
    guard let text = try file.text(trustsAll: trustsAll) else { return }
    try file.read(text, into: &self)
  }
}

/// What a library's roles are called by an operator.
package enum GivenRoles: Sendable, Equatable {
  /// As the library calls them.
  case none
  /// The role of a library's only agent.
  case only(GivenRole)
  /// By the library's own.
  case each([String: GivenRole])
}

package struct GivenRole: Sendable, Equatable {
  package let name: String
  /// Where it stands; another place says nothing else.
  package let line: Int

  package init(name: String, line: Int) {
    self.name = name
    self.line = line
  }

  package static func == (one: GivenRole, other: GivenRole) -> Bool { one.name == other.name }
}
