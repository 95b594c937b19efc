import CAgentABI

/// The description of an agent library's note.
struct ELFNote {
  var draft, sdk, toolchain, flags: UInt32
}

extension ELFFile {
  private static let noteHeaderSize: UInt64 = 12
  private static let descriptionSize: UInt64 = 16

  /// The first note of an agent library in its section, or nil where there is none.
  func agentNote() throws(AgentImageError) -> ELFNote? {
    guard let section = section(named: ".note.agent") else { return nil }
    let end = section.offset + section.size
    var start = section.offset
    while start < end, end - start >= Self.noteHeaderSize {
      let nameSize = UInt64(try bytes.load(UInt32.self, at: start, in: .note))
      let descriptionSize = UInt64(try bytes.load(UInt32.self, at: start + 4, in: .note))
      let type = try bytes.load(UInt32.self, at: start + 8, in: .note)
      let name = start + Self.noteHeaderSize
      let description = name + Self.padded(nameSize)
      let next = description + Self.padded(descriptionSize)
      guard next <= end else {
        throw .malformed(
          expected: "notes that lie within .note.agent", found: "one that ends \(next - end) bytes beyond")
      }
      if type == AGENTHOST_NOTE_TYPE, nameSize == 6, bytes.holds("AGENT", at: name, before: description),
        descriptionSize >= Self.descriptionSize
      {
        return try note(at: description)
      }
      start = next
    }
    return nil
  }

  private func note(at start: UInt64) throws(AgentImageError) -> ELFNote {
    ELFNote(
      draft: try bytes.load(UInt32.self, at: start, in: .note),
      sdk: try bytes.load(UInt32.self, at: start + 4, in: .note),
      toolchain: try bytes.load(UInt32.self, at: start + 8, in: .note),
      flags: try bytes.load(UInt32.self, at: start + 12, in: .note))
  }

  /// Names and descriptions are padded to four bytes.
  private static func padded(_ size: UInt64) -> UInt64 { (size + 3) & ~3 }
}
