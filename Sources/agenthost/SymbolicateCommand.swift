import AgentRuntime
import ArgumentParser
import Glibc

/// What the supervisor starts to name the functions in a report; not for people.
struct SymbolicateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(commandName: "symbolicate", shouldDisplay: false)

  @Argument(help: "The report.")
  var report: String

  @Argument(help: "The folder with the libraries.")
  var libraries: String

  func run() throws {
    alarm(Symbolication.limit)
    try Symbolication.symbolicate(report: report, libraries: libraries)
  }
}
