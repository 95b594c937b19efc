import Foundation
import Glibc
import TestLibrary

/// A file in the agents' folder that is no library, or none that may run, and what is said about it.
struct BrokenLibrary: Sendable {
  let name: String
  let step: String
  let found: String
  let put: @Sendable (_ path: String) throws -> Void

  private init(
    _ name: String, _ step: String, _ found: String, put: @escaping @Sendable (String) throws -> Void
  ) {
    self.name = name
    self.step = step
    self.found = found
    self.put = put
  }

  private init(
    _ name: String, _ step: String, _ found: String, bytes: @escaping @Sendable () throws -> [UInt8]
  ) {
    self.init(
      name, step, found,
      put: { path in
        try Data(bytes()).write(to: URL(filePath: path))
        chmod(path, 0o644)
      })
  }

  /// The C agent of the repository with its role, and with changes to its text.
  private init(
    _ name: String, _ step: String, _ found: String, _ changes: [(String, String)], flags: [String] = []
  ) {
    self.init(name, step, found, bytes: { try Self.compile(name, changes, flags: flags) })
  }

  private static func compile(
    _ name: String, _ changes: [(String, String)] = [], flags: [String] = []
  ) throws -> [UInt8] {
    try EchoLibrary.compile([EchoLibrary.role("broken_\(name)")] + changes, flags: flags)
  }

  private static func sound() throws -> [UInt8] { try compile("sound") }

  /// A sound library, cut after so many hundredths.
  private static func cut(_ name: String, _ hundredths: Int, _ found: String) -> BrokenLibrary {
    BrokenLibrary(
      name, "image", found,
      bytes: {
        let whole = try sound()
        return Array(whole.prefix(whole.count * hundredths / 100))
      })
  }

  private static func patched(_ offset: Int, _ value: UInt8) throws -> [UInt8] {
    var bytes = try sound()
    bytes[offset] = value
    return bytes
  }

  /// With another number in its note, or another flag.
  private static func noted(_ field: Int, _ change: (UInt32) -> UInt32) throws -> [UInt8] {
    var data = Data(try sound())
    guard let name = data.range(of: Data("AGENT\0\0\0".utf8)) else {
      throw FixtureFailure("there is no note")
    }
    let place = name.upperBound + 4 * field
    let old = data[place..<(place + 4)].reversed().reduce(0) { $0 << 8 | UInt32($1) }
    withUnsafeBytes(of: change(old).littleEndian) { data.replaceSubrange(place..<(place + 4), with: $0) }
    return [UInt8](data)
  }

  private static let crash = "*(volatile int *)8 = 1;"
  private static let hang = "for (volatile int i = 0;; i = 0) {}"
  private static func end(_ signal: String) -> String { "the end of the process by it: \(signal)" }

  static let files: [BrokenLibrary] = [
    BrokenLibrary("text", "image", "74 68 69 73", bytes: { Array("this is text\n".utf8) }),
    BrokenLibrary("empty", "image", "an empty file", bytes: { [] }),
    cut("cut_header", 0, "an empty file"), cut("cut_tenth", 10, "bytes"), cut("cut_half", 50, "bytes"),
    cut("cut_end", 99, "bytes"),
    BrokenLibrary(
      "sparse", "image", "00 00 00 00",
      put: { path in
        let descriptor = open(path, O_WRONLY | O_CREAT, 0o644)
        ftruncate(descriptor, 1 << 20)
        close(descriptor)
      }),
    BrokenLibrary(
      "zeroed", "", "",
      bytes: {
        var bytes = try sound()
        for index in 1024..<(bytes.count / 2) { bytes[index] = 0 }
        return bytes
      }),
    BrokenLibrary("machine", "image", "code for ELF machine 243", bytes: { try patched(18, 243) }),
    BrokenLibrary("class", "image", "ELF class 1", bytes: { try patched(4, 1) }),
    BrokenLibrary("folder", "read", "a directory", put: { mkdir($0, 0o755) }),
    BrokenLibrary("fifo", "read", "a FIFO", put: { mkfifo($0, 0o644) }),
    BrokenLibrary("device", "read", "a device", put: { symlink("/dev/zero", $0) }),
    BrokenLibrary("dangling", "read", "No such file or directory", put: { symlink("nowhere", $0) }),
    BrokenLibrary(
      "link_out", "trust", "a link to ",
      put: { path in
        symlink(try BuildFolder.path(of: "libEchoC.so"), path)
      }),
    BrokenLibrary(
      "writable", "trust", "mode 666, by which everybody can",
      put: { path in
        try Data(sound()).write(to: URL(filePath: path))
        chmod(path, 0o666)
      }),
  ]

  static let code: [BrokenLibrary] = [
    BrokenLibrary(
      "dependency", "load", "libnowhere.so: cannot open shared object file",
      bytes: {
        try TestLibrary.withStub("libnowhere.so") {
          try compile("dependency", flags: ["-Wl,--no-as-needed", $0])
        }
      }),
    BrokenLibrary(
      "symbol", "load", "undefined symbol: nowhere",
      [
        ("static uint32_t count(", "extern void nowhere(void);\nstatic uint32_t count("),
        ("return 1;", "nowhere(); return 1;"),
      ]),
    BrokenLibrary("no_entry", "image", "none", [], flags: ["-Dagent_plugin_entry=another_entry"]),
    BrokenLibrary(
      "entry_data", "image", "something else by that name",
      bytes: {
        try TestLibrary.compile(
          """
          #define agent_plugin_entry declared
          #include <agenthost/note.h>
          #undef agent_plugin_entry
          AGENTHOST_NOTE;
          __attribute__((visibility("default"))) int agent_plugin_entry = 3;
          """)
      }),
    BrokenLibrary("entry_null", "entry", "NULL", [("return &entry;", "return NULL + (entry.draft == 0);")]),
    BrokenLibrary(
      "entry_garbage", "entry", end("killed by SIGSEGV"),
      [("return &entry;", "return (const agenthost_entry_v1 *)(8 + 0 * entry.draft);")]),
    BrokenLibrary("draft_wrong", "image", "draft ", bytes: { try noted(0) { $0 - 1 } }),
    BrokenLibrary("draft_newer", "image", "draft ", bytes: { try noted(0) { $0 + 1 } }),
    BrokenLibrary("constructor_crashes", "load", end("killed by SIGSEGV"), [EchoLibrary.constructor(crash)]),
    BrokenLibrary("constructor_exits", "load", end("exit status 3"), [EchoLibrary.constructor("exit(3);")]),
    BrokenLibrary(
      "constructor_throws", "load", end("killed by SIGABRT"),
      bytes: {
        try TestLibrary.compile(
          """
          #include <agenthost/note.h>
          AGENTHOST_NOTE;
          __attribute__((constructor)) static void first() { throw 1; }
          extern "C" const agenthost_entry_v1 *agent_plugin_entry(void) { return nullptr; }
          """, by: "clang++", suffix: "cpp")
      }),
    BrokenLibrary(
      "constructor_chats", "load", "no end of it",
      [
        EchoLibrary.constructor(
          "extern long write(int, const void *, unsigned long); for (;;) write(3, \"\\n\", 1);")
      ]),
    BrokenLibrary("constructor_hangs", "load", "no end of it", [EchoLibrary.constructor(hang)]),
    BrokenLibrary(
      "create_crashes", "create", end("killed by SIGSEGV"),
      [("if (index != 0) {", crash + " if (index != 0) {")]),
    BrokenLibrary(
      "create_hangs", "create", "no end of it", [("if (index != 0) {", hang + " if (index != 0) {")]),
    BrokenLibrary("role", "descriptor", "\"a role\"", [("TEXT(\"broken_role\")", "TEXT(\"a role\")")]),
    BrokenLibrary(
      "claims", "descriptor", "role \"uppercase\", which ",
      [("TEXT(\"broken_claims\")", "TEXT(\"uppercase\")")]),
    BrokenLibrary(
      "own_runtime", "image", "none, so a runtime of its own", bytes: { try noted(3) { $0 | 1 } }),
  ]
}
