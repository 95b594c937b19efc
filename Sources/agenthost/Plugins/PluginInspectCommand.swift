import AgentEnvelope
import AgentPlugins
import AgentRuntime
import ArgumentParser
import StrictJSON

struct PluginInspectCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "inspect",
    abstract: "Say what a library's file says of itself, without running anything of it.",
    discussion: "Exits with 5 where the file is no library for this host, or is not trusted.")

  @Argument(help: "The library's file.")
  var file: String

  @Flag(help: "Print JSON.")
  var json = false

  func run() throws {
    let environment = try CommandEnvironment()
    do throws(LibraryError) {
      let facts = try LibraryFacts(of: file, trust: try environment.settings.trustPolicy())
      print(json ? Self.json(facts) : Self.text(facts), terminator: "")
    } catch {
      throw PluginCommand.failure(error)
    }
  }

  private static func rows(_ facts: LibraryFacts) -> [(name: String, value: JSONValue)] {
    [
      ("file", .string(facts.file)), ("hash", .string(facts.hash)), ("bytes", .number(facts.bytes.count)),
      ("contract", .number(Int(Release.contractDraft))), ("sdk", .number(Int(facts.image.sdk))),
      ("built_with", .string(facts.image.toolchainText)),
    ]
  }

  private static func text(_ facts: LibraryFacts) -> String {
    rows(facts).map { name, value in
      let shown = value.string ?? value.double.map { String(Int($0)) } ?? ""
      let label = name.replacing("_", with: " ")
      return label + String(repeating: " ", count: 12 - label.count) + LogText.escaped(shown) + "\n"
    }.joined()
  }

  private static func json(_ facts: LibraryFacts) -> String {
    JSONText.line(.object(rows(facts).map { JSONValue.Member($0.name, $0.value) }))
  }
}
