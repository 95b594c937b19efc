import AgentPlugins
import Foundation
import SeededGenerator
import TestLibrary
import Testing

@Suite struct SymbolTableTests {
  private static let source =
    TestLibrary.entry + TestLibrary.note + """
      __attribute__((noinline, used)) static int first(int x) { return x * 3 + 1; }
      __attribute__((noinline, used)) static int second(int x) { return first(x) * 5 + 2; }

      """

  /// What `nm` says of a library that was made of `source`: address and size by name.
  private static func functions(in library: [UInt8]) throws -> [String: (address: UInt64, size: UInt64)] {
    try TestLibrary.withTemporaryFolder { folder in
      let file = folder.appending(path: "agent.so")
      try Data(library).write(to: file)
      let lines = try TestLibrary.run("nm", ["-S", "--defined-only", file.path]).split(separator: "\n")
      return lines.reduce(into: [:]) { functions, line in
        let words = line.split(separator: " ")
        guard words.count == 4, words[2].lowercased() == "t", let address = UInt64(words[0], radix: 16),
          let size = UInt64(words[1], radix: 16)
        else { return }
        functions[String(words[3])] = (address, size)
      }
    }
  }

  @Test func `Every byte of a function is known by its name, and what is none is not`() throws {
    let library = try TestLibrary.compile(Self.source)
    let table = try SymbolTable(reading: library)
    let functions = try Self.functions(in: library)
    for name in ["first", "second", "agent_plugin_entry"] {
      let (address, size) = try #require(functions[name])
      for distance in [0, 1, size - 1] {
        let place = table.place(at: address + distance)
        #expect(place?.function == name && place?.distance == distance)
      }
    }
    #expect(table.place(at: 0) == nil)
    #expect(table.place(at: .max) == nil)
  }

  @Test func `A library that was stripped still has what it exports`() throws {
    let library = try TestLibrary.compile(
      Self.source, flags: ["-shared", "-fPIC", "-fvisibility=hidden", "-s"])
    let whole = try TestLibrary.compile(Self.source)
    #expect(try Self.functions(in: library).isEmpty)
    let table = try SymbolTable(reading: library)
    let (address, _) = try #require(try Self.functions(in: whole)["agent_plugin_entry"])
    #expect(table.place(at: address)?.function == "agent_plugin_entry")
  }

  @Test func `A function of Swift's has the name that its author gave it`() throws {
    let program = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
    let path = URL(filePath: program).deletingLastPathComponent().appending(path: "libTestAgents.so")
    let library = [UInt8](try Data(contentsOf: path))
    let table = try SymbolTable(reading: library)
    let mangled = try #require(
      try Self.functions(in: library).first { $0.key.hasPrefix("$s10TestAgents8WayToDieO6happen") })
    let place = try #require(table.place(at: mangled.value.address))
    #expect(place.function.contains("TestAgents.WayToDie.happen"), "\(place)")
  }

  @Test func `Random damage is refused or harmless`() throws {
    var random = SeededGenerator(seed: 0x5eed)
    let sound = try TestLibrary.compile(Self.source)
    var library = sound
    var readable = 0
    for _ in 0..<5_000 {
      let places = (0...Int.random(in: 0..<8, using: &random)).map { _ in
        Bool.random(using: &random)
          ? Int.random(in: 0..<library.count, using: &random)
          : library.count - Int.random(in: 1...2_048, using: &random)
      }
      for place in places { library[place] = UInt8.random(in: 0...255, using: &random) }
      if let table = try? SymbolTable(reading: library) {
        readable += 1
        for _ in 0..<8 { _ = table.place(at: UInt64.random(in: 0..<0x5000, using: &random)) }
      }
      for place in places { library[place] = sound[place] }
    }
    #expect(readable > 100)
  }
}
