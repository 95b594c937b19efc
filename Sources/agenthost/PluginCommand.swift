import ArgumentParser

struct PluginCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "plugin", abstract: "See which agents' libraries are kept out, and why.",
    subcommands: [QuarantineCommand.self, ProbeCommand.self])
}
