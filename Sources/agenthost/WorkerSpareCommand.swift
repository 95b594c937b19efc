import AgentRuntime
import ArgumentParser
import Glibc

/// What the supervisor keeps in reserve: it does all that a worker's start does before it knows which worker it is, and
/// waits to be told. Not for people.
struct WorkerSpareCommand: ParsableCommand {
  static let configuration = CommandConfiguration(commandName: "spare", shouldDisplay: false)

  @Argument(help: "Room for the arguments of the worker that it becomes.")
  var room: String?

  func run() throws {
    WorkerRunCommand.ignoreSignals()
    MappedCode.readIn()
    WorkerRunCommand.rehearse()
    guard let arguments = SpareAssignment.read(from: SupervisorLink.lifeLineDescriptor) else {
      // The supervisor needs no worker any more, or is gone.
      throw ExitCode(SupervisorLink.supervisorDiedExitStatus)
    }
    ProcessTitle.set(arguments)
    guard let worker = try Agenthost.parseAsRoot(arguments) as? WorkerRunCommand else {
      throw ValidationError("a spare becomes a worker")
    }
    finish(worker)
    while true { pause() }
  }
}
