import CAgentABI

/// What is known of an agent library from its file alone: nothing of it has run. A file that makes an
/// image is whole, for this machine, and exports the entry for this host's draft of the contract; that
/// its code is sound, only running it can tell.
package struct AgentImage: Sendable, Equatable {
  /// The number of the SDK it was built with, 0 for C.
  package let sdk: UInt32
  /// The compiler, major * 1000 + minor; 0 when unknown.
  package let toolchain: UInt32
  /// Whether it is written in Swift, and so can never be unmapped.
  package let isSwift: Bool
  /// The layouts of the C structs that it has Swift's metadata of, as text, by their names.
  package let importedStructs: [String: String]

  /// What it was built with, for people.
  package var toolchainText: String {
    let version = toolchain == 0 ? "" : " \(toolchain / 1000).\(toolchain % 1000)"
    return isSwift ? "Swift" + version : "C" + version
  }

  /// Reads the bytes of a library file.
  package init(reading bytes: [UInt8]) throws(AgentImageError) {
    self = try bytes.withUnsafeBytes { raw in
      Result { () throws(AgentImageError) in try AgentImage(reading: raw) }
    }.get()
  }

  /// Reads the bytes of a library file.
  package init(reading bytes: UnsafeRawBufferPointer) throws(AgentImageError) {
    let file = try ELFFile(bytes)
    try file.requireFunction(named: "agent_plugin_entry")
    guard let note = try file.agentNote() else { throw .noNote }
    guard note.draft == AGENTHOST_DRAFT else {
      throw .wrongDraft(expected: AGENTHOST_DRAFT, found: note.draft)
    }
    sdk = note.sdk
    toolchain = note.toolchain
    isSwift = note.flags & AGENTHOST_NOTE_FLAG_SWIFT != 0
    importedStructs = isSwift ? try SwiftSections(file).importedStructs() : [:]
    // Two runtimes in one process disagree about everything that both know of.
    if isSwift, try !file.needs("libswiftCore.so") { throw .ownRuntime }
  }
}
