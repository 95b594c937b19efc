import AgentPlugins
import TestLibrary
import Testing

@Suite("Reading a library without running it")
struct AgentImageTests {
  /// The sound library with some bytes replaced.
  private static func patched(_ offset: Int, _ bytes: [UInt8]) throws -> [UInt8] {
    var library = try TestLibrary.sound.get()
    library.replaceSubrange(offset..<(offset + bytes.count), with: bytes)
    return library
  }

  @Test("a C library: its compiler, no SDK, not Swift")
  func sound() throws {
    let image = try AgentImage(reading: try TestLibrary.sound.get())
    #expect(image.sdk == 0)
    #expect(image.toolchain >= 1000)
    #expect(!image.isSwift)
  }

  @Test("a note as AgentSDK writes it, behind one of somebody else")
  func swiftNote() throws {
    let notes = """
      __attribute__((used, section(".note.agent"), aligned(4))) static const unsigned other[] =
        {4, 5, 1, 0x00554e47, 7, 7};
      __attribute__((used, section(".note.agent"), aligned(4))) static const unsigned note[] =
        {6, 16, 1, 0x4e454741, 0x54, 3, 7, 6003, 1};

      """
    let flags = ["-shared", "-fPIC", "-fvisibility=hidden"]
    let library = try TestLibrary.withStub("libswiftCore.so") {
      try TestLibrary.compile(TestLibrary.entry + notes, flags: flags + ["-Wl,--no-as-needed", $0])
    }
    let image = try AgentImage(reading: library)
    #expect((image.sdk, image.toolchain) == (7, 6003))
    #expect(image.isSwift)
    #expect(throws: AgentImageError.ownRuntime) {
      try AgentImage(reading: try TestLibrary.compile(TestLibrary.entry + notes))
    }
  }

  @Test("the wrong format is named, with what was expected")
  func wrongFormat() throws {
    let library = "expected a shared library, which begins with 7f 45 4c 46"
    let tables = "build it or copy it again"
    let rebuild = "build the agent for this machine"
    let cases: [(Int, [UInt8], String)] = [
      (0, Array("#!/b".utf8), "\(library), found 23 21 2f 62; put the library itself there"),
      (4, [1], "expected ELF class 2 (64-bit), found ELF class 1; \(rebuild)"),
      (5, [2], "expected ELF byte order 1 (little-endian), found ELF byte order 2; \(rebuild)"),
      (
        16, [2, 0],
        "expected ELF type 3 (shared library), found ELF type 2; link the agent as a dynamic library"
      ),
      (18, [40, 0], "expected code for \(hostMachine), found code for ELF machine 40; \(rebuild)"),
      (54, [55, 0], "expected program headers of 56 bytes each, found 55 bytes each; \(tables)"),
      (60, [0, 0], "expected section headers, found none; \(tables)"),
    ]
    for (offset, bytes, text) in cases {
      let error = #expect(throws: AgentImageError.self) {
        try AgentImage(reading: try Self.patched(offset, bytes))
      }
      #expect(error?.description == text)
    }
  }

  @Test("a library without the contract is refused, with what to do")
  func contract() throws {
    let note = TestLibrary.note
    let entry = TestLibrary.entry
    let hidden = "#define agent_plugin_entry not_the_entry\n" + entry
    let undefined = "#include <agenthost/note.h>\nconst void *f(void) { return agent_plugin_entry(); }\n"
    let data = "__attribute__((visibility(\"default\"))) int agent_plugin_entry = 3;"
    let draft = "#undef AGENTHOST_DRAFT\n#define AGENTHOST_DRAFT 9u\n"
    let cases: [(String, AgentImageError)] = [
      (hidden + note, .noEntry),
      (undefined + note, .noEntry),
      (data, .entryNotAFunction),
      (entry, .noNote),
      (entry + draft + note, .wrongDraft(expected: 3, found: 9)),
    ]
    for (source, expected) in cases {
      #expect(throws: expected) { try AgentImage(reading: try TestLibrary.compile(source)) }
    }
    #expect(
      AgentImageError.wrongDraft(expected: 3, found: 9).description
        == "expected draft 3, found draft 9; rebuild the agent against this agenthost")
  }

  @Test(
    "an executable is refused",
    arguments: [(["-no-pie"], AgentImageError.wrongType(found: 2)), (["-pie", "-fPIE"], .noEntry)])
  func executable(flags: [String], expected: AgentImageError) throws {
    let program = try TestLibrary.compile("int main(void) { return 0; }", flags: flags)
    #expect(throws: expected) { try AgentImage(reading: program) }
  }

  private var hostMachine: String {
    #if arch(x86_64)
      "x86_64"
    #else
      "aarch64"
    #endif
  }
}
