import AgentPlugins
import ArgumentParser

struct VersionCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "version", abstract: "Print the release and the contract that it speaks.")

  func run() throws {
    print("agenthost \(Release.version), contract draft \(Release.contractDraft)")
  }
}
