import AgentPlugins
import ArgumentParser

struct PluginCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "plugin", abstract: "See, check, install and keep out agents' libraries.",
    subcommands: [
      PluginListCommand.self, PluginInspectCommand.self, PluginValidateCommand.self,
      PluginInstallCommand.self,
      PluginRollbackCommand.self, PluginKeygenCommand.self, PluginSignCommand.self, QuarantineCommand.self,
      ProbeCommand.self,
    ])

  /// What a library's check threw, as the end of a verb.
  static func failure(_ error: LibraryError) -> CommandFailure {
    CommandFailure(.pluginInvalid, error.description)
  }
}
