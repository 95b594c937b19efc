import AgentPlugins
import Foundation
import TestLibrary
import Testing

@Suite("The agent libraries of this package")
struct BuiltLibrariesTests {
  static func path(_ name: String) throws -> String {
    let program = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
    return URL(filePath: program).deletingLastPathComponent().appending(path: "lib\(name).so").path
  }

  @Test(
    "each is accepted by its file, and says what it was made with",
    arguments: [("ManagerAgent", true), ("UppercaseAgent", true), ("ReverseAgent", true), ("EchoC", false)])
  func accepted(name: String, isSwift: Bool) throws {
    let image = try AgentImage(reading: [UInt8](Data(contentsOf: URL(filePath: Self.path(name)))))
    #expect(image.isSwift == isSwift)
    #expect(image.sdk == (isSwift ? 1 : 0))
    #expect(image.toolchain >= 1000)
  }

  @Test("each exports its entry", arguments: ["ManagerAgent", "UppercaseAgent", "ReverseAgent", "EchoC"])
  func exports(name: String) throws {
    let symbols = try TestLibrary.run("nm", ["-D", "-g", "--defined-only", try Self.path(name)])
    let names = symbols.split(separator: "\n").compactMap { $0.split(separator: " ").last }
    // Linkers add marks of their own where no version script keeps them in.
    let own = names.filter { !["__bss_start", "_edata", "_end"].contains($0) }
    #expect(own == ["agent_plugin_entry"])
  }
}
