import AgentPlugins
import AgentRuntime
import ArgumentParser

/// What a worker starts to have libraries tried; not for people.
struct ProbeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(commandName: "probe", shouldDisplay: false)

  @Option(help: "A private copy.")
  var image: [String] = []

  @Option(help: "The file that it is a copy of, for people.")
  var file: [String] = []

  @Option(help: "What its agents are made with, as JSON.")
  var configuration: [String] = []

  @Flag(help: "Start agents too, give them messages, and stop them.")
  var conformance = false

  func validate() throws {
    guard image.count == file.count, image.count == configuration.count else {
      throw ValidationError("an image goes with a file and a configuration")
    }
  }

  func run() throws {
    let images = zip(image, file).map { LibraryImage(copy: $0, of: $1) }
    Probe.run(
      zip(images, configuration).map { ProbeSubject($0, configuration: $1) }, conformance: conformance)
  }
}
