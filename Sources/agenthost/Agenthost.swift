import ArgumentParser

/// The verbs; each has a file of its own.
struct Agenthost: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "agenthost",
    abstract: "Runs agents that arrive as shared libraries and work together over Redis Streams.",
    discussion: """
      Exit codes: 0 ok, 1 failure, 2 usage, 3 settings, 4 Redis unreachable, 5 plugin invalid, \
      6 timed out, 7 degraded.
      """,
    subcommands: [
      RunCommand.self, SendCommand.self, CancelCommand.self, ReloadCommand.self, RoleCommand.self,
      AgentCommand.self, StatusCommand.self, TopCommand.self, DoctorCommand.self, TraceCommand.self,
      DeadLettersCommand.self, PluginCommand.self, ConfigCommand.self, VersionCommand.self,
      WorkerCommand.self,
      TrampolineCommand.self, SymbolicateCommand.self,
    ])
}
