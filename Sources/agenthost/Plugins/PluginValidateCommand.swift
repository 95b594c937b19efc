import AgentPlugins
import AgentRuntime
import ArgumentParser

struct PluginValidateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "validate",
    abstract: "Take a library the whole way in, without a host, and give its agents messages.",
    discussion: """
      In a process of its own each agent is made, started, given two messages, one of which is cancelled, stopped and \
      freed. Exits with 5 where a step fails.
      """)

  @Argument(help: "The library's file.")
  var file: String

  func run() throws {
    let environment = try CommandEnvironment()
    let data = try environment.dataDirectory()
    do throws(LibraryError) {
      let image = try environment.settings.libraryStore(in: data).image(of: file)
      let roles = try environment.settings.prober(in: data, environment: environment.variables)
        .conformance(of: ProbeSubject(image, LibrarySettings(ofLibrary: file).agents))
      print(
        "\(LogText.escaped(file)): hash \(image.hash.prefix(12)), \(image.toolchain), serves \(roles.joined(separator: " "))"
      )
    } catch {
      throw PluginCommand.failure(error)
    }
  }
}
