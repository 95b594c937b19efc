import AgentRuntime
import ArgumentParser

/// What a worker starts to have libraries tried; not for people.
struct ProbeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(commandName: "probe", shouldDisplay: false)

  @Flag(help: "Start agents too, give them messages, and stop them.")
  var conformance = false

  func run() throws {
    Probe.run(conformance: conformance)
  }
}
