import Foundation
import SeededGenerator
import TestLibrary
import Testing

@testable import AgentPlugins

/// C structs, as a library in Swift knows them.
@Suite("Imported structs") struct ImportedStructTests {
  /// The layouts in a library in Swift that uses the struct `members` as a generic argument.
  private func layouts(_ members: String, strip: Bool = false) throws -> [String: String] {
    try TestLibrary.withTemporaryFolder { folder in
      func path(_ name: String) -> String { folder.appending(path: name).path }
      try Data("struct inner { short a; }; struct pair { \(members) };".utf8)
        .write(to: URL(filePath: path("pair.h")))
      try Data("module CPair { header \"pair.h\" }".utf8).write(to: URL(filePath: path("module.modulemap")))
      try Data("import CPair\npublic func pairs() -> Any { [pair()] }\n".utf8)
        .write(to: URL(filePath: path("pair.swift")))
      _ = try TestLibrary.run(
        "swiftc",
        ["-emit-library", "-O", "-I", folder.path, path("pair.swift"), "-o", path("pair.so")])
      if strip { _ = try TestLibrary.run("strip", ["-s", path("pair.so")]) }
      let bytes = [UInt8](try Data(contentsOf: URL(filePath: path("pair.so"))))
      return try bytes.withUnsafeBytes { raw in
        try Result { () throws(AgentImageError) in try SwiftSections(ELFFile(raw)).importedStructs() }.get()
      }
    }
  }

  @Test func `Sizes, names and types of fields are seen, also without symbols`() throws {
    let layout = "8 bytes, alignment 4, x: <$ss5Int32VMn>, y: <$ss5Int32VMn>"
    #expect(try layouts("int x; int y;", strip: true) == ["pair": layout])
  }

  @Test func `Whatever changes a layout changes what is seen`() throws {
    let layouts = try [
      "int x; int y;", "int y; int x;", "int x; unsigned y;", "int x; int y; int z;", "long x;",
      "struct inner x; int y;",
    ].map { try self.layouts($0)["pair"] }
    #expect(!layouts.contains(nil) && Set(layouts).count == layouts.count, "\(layouts)")
  }

  @Test func `Damage is refused or harmless, and never traps`() throws {
    var random = SeededGenerator(seed: 5)
    let file = try BuiltLibrariesTests.path("ReverseAgent")
    let whole = [UInt8](try Data(contentsOf: URL(filePath: file)))
    let tables = try whole.withUnsafeBytes { raw in
      try Result { () throws(AgentImageError) in
        let file = try ELFFile(raw)
        let names: [StaticString] = [
          "swift5_type_metadata", "swift5_builtin", "swift5_fieldmd", "swift5_typeref",
        ]
        return names.compactMap { file.section(named: $0) }
      }.get()
    }
    #expect(tables.count == 4)
    for _ in 0..<400 {
      var bytes = whole
      for _ in 0..<4 {
        let table = tables[Int.random(in: 0..<tables.count, using: &random)]
        let place = Int(table.offset) + Int.random(in: 0..<Int(table.size), using: &random)
        bytes[place] = UInt8.random(in: .min ... .max, using: &random)
      }
      // Refused or not: it comes back.
      _ = bytes.withUnsafeBytes { raw in
        Result { () throws(AgentImageError) in try SwiftSections(ELFFile(raw)).importedStructs() }
      }
    }
  }

  @Test func `Of the repository's own agents those of the system are seen, and no others`() throws {
    for library in ["UppercaseAgent", "ManagerAgent", "TestAgents"] {
      let file = try BuiltLibrariesTests.path(library)
      let image = try AgentImage(reading: [UInt8](Data(contentsOf: URL(filePath: file))))
      #expect(
        image.importedStructs.keys.filter { !$0.hasPrefix("agenthost_") } == ["pthread_rwlock_t"],
        "\(library)")
    }
  }
}
