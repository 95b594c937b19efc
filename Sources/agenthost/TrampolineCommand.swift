import AgentRuntime
import ArgumentParser

/// What starts the private server so that it ends with its supervisor; not for people.
struct TrampolineCommand: ParsableCommand {
  static let configuration = CommandConfiguration(commandName: "trampoline", shouldDisplay: false)

  @Option(help: "The supervisor's process id.")
  var parent: Int32

  @Argument(parsing: .postTerminator, help: "The program and its arguments.")
  var command: [String]

  func run() throws {
    guard let executable = command.first else { throw ValidationError("nothing to run") }
    try runTrampoline(parent: parent, executable: executable, arguments: Array(command.dropFirst()))
  }
}
