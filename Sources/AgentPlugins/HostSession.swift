import CAgentABI
import Synchronization

/// The host's life as its agents are told of it: from its start to its end, through all of its workers'.
///
/// One for a process, as its texts are never freed. Thread-safe.
package final class HostSession: Sendable {
  package let id: String
  /// Seconds since 1970.
  package let began: Double
  // SAFETY: written once in init, and what they point to is never freed.
  nonisolated(unsafe) let idText: agenthost_text_v1
  private nonisolated(unsafe) let settings: [String: agenthost_text_v1]
  private let ending = Atomic<Bool>(false)

  /// `settings`: what agents may know of how the host is set, by the variables' names.
  package init(id: String, began: Double, settings: [String: String] = [:]) {
    self.id = id
    self.began = began
    idText = .permanent(id)
    self.settings = settings.mapValues(agenthost_text_v1.permanent)
  }

  package var isEnding: Bool { ending.load(ordering: .acquiring) }

  /// The host has been told to end.
  package func ends() { ending.store(true, ordering: .releasing) }

  func setting(_ name: String) -> agenthost_text_v1 { settings[name] ?? .none }
}
