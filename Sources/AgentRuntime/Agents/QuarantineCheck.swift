import AgentPlugins
import AgentStreams
import Logging
import RedisClient

/// Keeps code out that must not run, and takes it out where it does.
@IOActor
final class QuarantineCheck {
  private let logger: Logger
  /// By the code's hash. What runs already is taken out by the next look.
  var quarantined: [String: Quarantine] = [:]
  /// Called when this worker knows more of such code than is said of it: the roles that it served here.
  var learnt: @IOActor (_ hash: String, Quarantine) async -> Void = { _, _ in }
  /// Where messages of such code are not to wait for it.
  var roles: QuarantinedRoles?
  /// By role: what the look that goes on has refused.
  private var refused: [String: QuarantinedCode] = [:]

  init(logger: Logger) {
    self.logger = logger
  }

  /// A look at the whole folder begins: before any code that was let in again is loaded.
  func begin() async {
    refused = [:]
    await roles?.keep { quarantined[$0.hash] != nil }
  }

  func end() async {
    await roles?.want(refused)
  }

  /// Whether `current` must not run any more, whatever its file is by now. Which roles it served is noted.
  func forbids(_ current: LoadedLibrary) async -> Bool {
    guard var quarantine = quarantined[current.library.hash] else { return false }
    await learn(&quarantine, of: current)
    return true
  }

  private func learn(_ quarantine: inout Quarantine, of current: LoadedLibrary) async {
    guard quarantine.roles.isEmpty else { return }
    quarantine.roles = Set(current.agents.map(\.identity.role)).sorted()
    await learnt(current.library.hash, quarantine)
  }

  /// `current` is what runs of the file, which `unload` ends.
  func check(
    _ image: LibraryImage, running current: LoadedLibrary?, unload: @IOActor () async -> Void
  ) async throws(LibraryError) {
    guard var quarantine = quarantined[image.hash] else { return }
    if let current, current.library.hash == image.hash {
      await unload()
      await learn(&quarantine, of: current)
    }
    if roles != nil, quarantine.roles.isEmpty {
      logger.warning(
        """
        \(image.file): which roles the quarantined code serves is not known, so their messages wait; \
        agenthost plugin quarantine add --role says it
        """)
    }
    // Anybody may have written them.
    for role in quarantine.roles where Address.isUsable(role) {
      refused[role] = QuarantinedCode(hash: image.hash, reason: quarantine.reason)
    }
    throw LibraryError(
      file: image.file, step: .quarantine, expected: "code that may run",
      found: "hash \(image.hash.prefix(12)), which is quarantined: \(quarantine.reason)",
      advice: "mend it, or let it in again by `agenthost plugin quarantine lift \(image.hash.prefix(12))`")
  }
}
