/// The note by which the host knows a library before it runs anything of it: the layout is
/// `agenthost_note_v1`. Only literals may stand here, for the compiler writes them into the file.
enum LibraryNote {
  typealias Words = (UInt32, UInt32, UInt32, UInt32, UInt32, UInt32, UInt32, UInt32, UInt32)

  // Sizes of name and description, type, "AGENT", draft, number of the SDK, toolchain, flags (Swift).
  #if compiler(>=6.4)
    // A compiler newer than this SDK: its number is unknown.
    @section(".note.agent") @used
    static let words: Words = (6, 16, 1, 0x4e45_4741, 0x0000_0054, 3, 1, 0, 1)
  #else
    @section(".note.agent") @used
    static let words: Words = (6, 16, 1, 0x4e45_4741, 0x0000_0054, 3, 1, 6003, 1)
  #endif
}
