import AgentPlugins
import AgentStreams
import ArgumentParser

struct ReloadCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "reload", abstract: "Have all workers of every host look at their agents' folder again.",
    discussion: """
      What is new is loaded, what changed is replaced, what is gone is ended; what can't be loaded changes nothing. \
      With --wait it prints what each host found, and exits with 5 when any library was refused.
      """)

  @Argument(help: "Libraries, by their files' names: greeting for libgreeting.so. None means all.")
  var names: [String] = []

  @OptionGroup var waiting: WaitOptions

  func validate() throws {
    if let name = names.first(where: { $0.isEmpty || LogText.escaped($0) != $0 }) {
      throw ValidationError("\"\(LogText.escaped(name))\" is no library's name")
    }
  }

  func run() async throws {
    let names = Set(names.map(LibraryStatus.name(ofFile:)))
    let (heard, workers) = try await CommandEnvironment().withRedis { client, keys in
      try await Reload(names: names, timeout: waiting.wait ? waiting.timeout : nil).run(client, keys: keys)
    }
    guard heard > 0 else {
      throw CommandFailure(.failed, "no host listens; start one with `agenthost run`")
    }
    guard waiting.wait else { return print("told \(heard) \(heard == 1 ? "worker" : "workers") to reload") }
    if workers.isEmpty {
      throw CommandFailure(.degraded, "no worker lives; start a host with `agenthost run`")
    }
    let libraries = LibraryTable(workers, names: names)
    print(waiting.json ? libraries.json : libraries.text, terminator: "")
    let known = Set(workers.flatMap(\.libraries).map(\.name))
    if let unknown = names.subtracting(known).min() {
      throw CommandFailure(.failed, "no host has a library called \(unknown)")
    }
    if libraries.hasRefusals { throw ExitCode(ExitStatus.pluginInvalid.rawValue) }
  }
}
