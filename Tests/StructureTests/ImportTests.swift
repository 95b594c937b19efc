import Foundation
import Testing

@Suite("Who imports whom")
struct ImportTests {
  /// Of the project's own modules, those that each may import: what lies below it, and nothing else.
  static let allowed: [String: Set<String>] = [
    "CAgentABI": [],
    "CCrashRecord": [],
    "CHiredis": [],
    "CProcess": [],
    "CYAMLEvents": [],
    "StrictJSON": [],
    "AgentSDK": ["CAgentABI", "StrictJSON"],
    "AgentEnvelope": ["StrictJSON"],
    "RedisClient": ["CHiredis"],
    "AgentStreams": ["RedisClient", "AgentEnvelope", "StrictJSON"],
    "AgentPlugins": ["CAgentABI", "CCrashRecord", "CYAMLEvents"],
    "AgentRuntime": [
      "AgentStreams", "AgentPlugins", "AgentEnvelope", "RedisClient", "CAgentABI", "CProcess", "StrictJSON",
    ],
    "AgentClient": ["AgentStreams", "AgentEnvelope", "RedisClient", "StrictJSON"],
    "AgentOperations": [
      "AgentRuntime", "AgentStreams", "AgentPlugins", "AgentEnvelope", "RedisClient", "StrictJSON",
    ],
    "agenthost": [
      "AgentOperations", "AgentRuntime", "AgentClient", "AgentStreams", "AgentPlugins", "AgentEnvelope",
      "RedisClient", "StrictJSON",
    ],
  ]

  @Test("every module of Sources has its place in the order")
  func modules() throws {
    #expect(try SourceTree.folders(in: "Sources") == Self.allowed.keys.sorted())
  }

  @Test("a module imports only what lies below it", arguments: allowed.keys.sorted())
  func directions(module: String) throws {
    let allowed = try #require(Self.allowed[module])
    for file in SourceTree.swiftFiles where file.path.hasPrefix("Sources/\(module)/") {
      let wrong = Set(file.imports).intersection(Self.allowed.keys).subtracting(allowed)
      #expect(wrong.isEmpty, "\(file.path) imports \(wrong.sorted())")
    }
  }

  @Test("no module is reached from itself")
  func noCircles() {
    func below(_ module: String, _ above: Set<String>) -> Bool {
      !above.contains(module)
        && Self.allowed[module, default: []].allSatisfy { below($0, above.union([module])) }
    }
    for module in Self.allowed.keys { #expect(below(module, []), "\(module)") }
  }

  @Test(
    "Package.swift names every module of ours that a module imports; a build in order needs it",
    arguments: allowed.keys.sorted())
  func named(module: String) throws {
    let package = try String(contentsOf: SourceTree.root.appending(path: "Package.swift"), encoding: .utf8)
    guard let start = package.range(of: "name: \"\(module)\",", options: .backwards)?.upperBound else {
      return
    }
    let target = package[start...].prefix(
      upTo: package[start...].range(of: "arget(")?.lowerBound ?? package.endIndex)
    let imports = SourceTree.swiftFiles.filter { $0.path.hasPrefix("Sources/\(module)/") }.flatMap(\.imports)
    for imported in Set(imports).intersection(Self.allowed.keys).sorted() {
      #expect(target.contains("\"\(imported)\""), "target \(module) does not name \(imported)")
    }
  }

  @Test("JSON and the envelope need nothing but the standard library")
  func envelope() {
    for file in SourceTree.swiftFiles where ["StrictJSON", "AgentEnvelope"].contains(file.module) {
      #expect(Set(file.imports).subtracting(["StrictJSON"]).isEmpty, "\(file.path)")
    }
  }

  @Test("the library for TLS stays where connections are made")
  func encryption() {
    let libraries: Set<String> = ["NIOSSL", "NIOTLS"]
    let folders = ["Sources/RedisClient/TLS/", "Sources/RedisClient/Connection/ConnectionAttempt.swift"]
    let files = SourceTree.swiftFiles.filter {
      $0.path.hasPrefix("Sources/") && !libraries.isDisjoint(with: $0.imports)
    }
    #expect(!files.isEmpty)
    for file in files { #expect(folders.contains { file.path.hasPrefix($0) }, "\(file.path)") }
  }

  @Test("what an agent's author links needs the contract, the system, and JSON of this project")
  func sdk() {
    let allowed: Set<String> = ["CAgentABI", "Glibc", "StrictJSON", "Synchronization"]
    for file in SourceTree.swiftFiles where file.module == "AgentSDK" {
      #expect(Set(file.imports).subtracting(allowed).isEmpty, "\(file.path)")
    }
  }

  @Test("an agent of this repository imports nothing of the host")
  func agents() {
    for file in SourceTree.swiftFiles where file.path.hasPrefix("Plugins/") {
      let wrong = Set(file.imports).intersection(Self.allowed.keys).subtracting(["AgentSDK", "CAgentABI"])
      #expect(wrong.isEmpty, "\(file.path) imports \(wrong.sorted())")
    }
  }

  @Test("Foundation is imported nowhere")
  func noFoundation() {
    for file in SourceTree.swiftFiles where file.path.hasPrefix("Sources/") {
      #expect(!file.imports.contains { $0.hasPrefix("Foundation") }, "\(file.path)")
    }
  }

  @Test("the package's manifest says the same")
  func manifest() throws {
    let path = SourceTree.root.appending(path: "Package.swift")
    let manifest = SourceFile(path: "Package.swift", text: try String(contentsOf: path, encoding: .utf8))
    for (module, allowed) in Self.allowed {
      let pattern = try Regex("arget\\(\\s*name: \"\(module)\"(?:,\\s*dependencies: \\[([^\\]]*)\\])?")
      guard let match = manifest.text.firstMatch(of: pattern) else { continue }
      let listed = match.output[1].substring ?? ""
      let names = listed.matches(of: /"(\w+)"(?!, package)/).map { String($0.1) }
      let wrong = Set(names).intersection(Self.allowed.keys).subtracting(allowed)
      #expect(wrong.isEmpty, "target \(module) depends on \(wrong.sorted())")
    }
  }
}
