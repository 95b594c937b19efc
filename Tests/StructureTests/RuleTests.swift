import Testing

@Suite("Rules that the compiler does not know")
struct RuleTests {
  @Test("only Keys.swift spells keys")
  func keys() {
    let parts = [
      "stream:role:", "stream:agent:", "cg:role:", "cg:agent:", "dlq:role:", "broadcast:all",
      "broadcast:role:",
    ]
    let files = SourceTree.files(below: ["Sources", "Plugins"], endings: ["swift", "c", "h", "lua"])
    for file in files where file.path != "Sources/AgentStreams/Keys.swift" {
      for part in parts { #expect(!file.text.contains(part), "\(part) in \(file.path)") }
    }
  }

  @Test("public is only what a product offers, and an agent's entry")
  func publicSymbols() {
    let products: Set<String> = ["AgentSDK", "AgentClient", "CAgentABI"]
    for file in SourceTree.swiftFiles where !products.contains(file.module) {
      for line in file.codeLines
      where (line.contains("public ") || line.contains("open "))
        && line.contains(/\b(?:public|open)\s+(?!import)\w/)
      {
        let isEntry = file.path.hasPrefix("Plugins/") && line.contains("func agent_plugin_entry()")
        #expect(isEntry, "\(file.path): \(line)")
      }
    }
  }

  @Test("a public symbol is documented")
  func documentation() {
    for file in SourceTree.swiftFiles where file.path.hasPrefix("Sources/") {
      for (number, line) in file.codeLines.enumerated()
      where line.contains(/^\s*public\s+(?!import|extension|var description\b)\w/) {
        let before = file.lines.prefix(number).last { !$0.contains(/^\s*@/) } ?? ""
        #expect(before.contains("///"), "\(file.path):\(number + 1)")
      }
    }
  }

  @Test("every unsafe step says why it is safe, within six lines")
  func safety() {
    let steps = [
      "unsafeBitCast", "nonisolated(unsafe)", "@unchecked Sendable", "Unmanaged", "unsafeDowncast",
      "assumingMemoryBound", "unsafelyUnwrapped",
    ]
    for file in SourceTree.swiftFiles {
      let lines = file.lines
      for (number, line) in file.codeLines.enumerated() where steps.contains(where: { line.contains($0) }) {
        let around = lines[max(0, number - 6)...min(lines.count - 1, number + 6)]
        #expect(around.contains { $0.contains("SAFETY") }, "\(file.path):\(number + 1): \(line)")
      }
    }
  }

  @Test("what would end the process is not in the host")
  func traps() {
    for file in SourceTree.swiftFiles where file.path.hasPrefix("Sources/") {
      for (number, line) in file.codeLines.enumerated() {
        guard line.contains("!") else { continue }
        #expect(!line.contains(/\btry!|\bas!|[\w)\]]!(?:\.|\s|$|\))/), "\(file.path):\(number + 1): \(line)")
      }
    }
  }

  @Test("a script of the server says what it takes and gives")
  func scripts() {
    let scripts = SourceTree.files(below: ["Sources"], endings: ["lua"])
    #expect(!scripts.isEmpty)
    for script in scripts {
      let comment = script.lines.prefix { $0.hasPrefix("--") || $0.isEmpty }.joined(separator: "\n")
      for word in ["KEYS", "ARGV", "Returns"] {
        #expect(
          comment.contains(word) || (word == "ARGV" && !script.text.contains("ARGV[")),
          "\(word): \(script.path)")
      }
    }
  }

  @Test("nothing lies at the top that does not belong there")
  func topLevel() throws {
    let allowed: Set<String> = [
      "Package.swift", "Package.resolved", "Sources", "Packaging", "Plugins", "Tests", "agents.d", "Makefile",
      "README.md",
      "CONTRIBUTING.md", "CHANGELOG.md", "LICENSE", "log",
    ]
    let wrong = Set(try SourceTree.folders(in: "")).subtracting(allowed)
    #expect(wrong.isEmpty, "\(wrong.sorted())")
  }
}
