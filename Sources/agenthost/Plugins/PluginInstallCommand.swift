import AgentPlugins
import AgentRuntime
import AgentStreams
import ArgumentParser

struct PluginInstallCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "install",
    abstract: "Try a library, put it into the agents' folder, and have hosts load it.",
    discussion: """
      The file is tried as hosts try it, copied beside what it replaces, and renamed: whoever looks meanwhile finds the \
      one or the other. A signature beside it goes with it; where signatures count, it is \
      looked at before any code runs. Exits with 5 where it is refused.
      """)

  @Argument(help: "The library's file.")
  var file: String

  @Option(name: .customLong("as"), help: "Its name in the folder, for example libgreeting.so; else its own.")
  var target: String?

  @OptionGroup var place: AgentsPlace

  func run() async throws {
    let environment = try CommandEnvironment()
    let name = target ?? String(file.split(separator: "/").last ?? "")
    guard name.hasSuffix(".so"), !name.contains("/"), !name.hasPrefix("."), LogText.escaped(name) == name
    else {
      throw CommandFailure(.usage, "\"\(LogText.escaped(name))\" is no name for a library; see --as")
    }
    let path = "\(place.folder(environment))/\(name)"
    do {
      let bytes = try Self.tried(file, for: path, environment)
      // First: where signatures count, the library without its own would be refused.
      let signature = try? RegularFile.read(file + ".sig", maximumBytes: SigningKey.maximumBytes)  // none
      if let signature { try DurableFile.replace(path + ".sig", by: signature, mode: 0o644) }
      try DurableFile.replace(path, by: bytes, mode: 0o644)
    } catch let error as LibraryError {
      throw PluginCommand.failure(error)
    } catch {
      throw CommandFailure(.failed, "\(path): \(error)")
    }
    print("installed \(path)")
    try await place.reload(LibraryStatus.name(ofFile: name), environment)
  }

  /// The bytes of a library that has been tried in a process of its own, with what is said beside `path`.
  private static func tried(
    _ file: String, for path: String, _ environment: CommandEnvironment
  ) throws -> [UInt8] {
    let data = try environment.dataDirectory()
    let image = try environment.settings.installingStore(in: data).image(of: file)
    let prober = environment.settings.prober(in: data, environment: environment.variables)
    let subject = ProbeSubject(image, try LibrarySettings(ofLibrary: path).agents)
    if let refusal = prober.probe([subject])[0] { throw refusal }
    return try RegularFile.read(image.path, maximumBytes: LibraryStore.maximumBytes)
  }
}

/// Where libraries are put, and what follows.
struct AgentsPlace: ParsableArguments {
  @Option(help: "The folder with the agents' libraries (AGENTHOST_AGENTS_DIR).")
  var agentsDir: String?

  @Flag(inversion: .prefixedNo, help: "Have hosts load it, and wait for that.")
  var reload = true

  @Option(help: "Seconds to wait.")
  var timeout = 60.0

  func folder(_ environment: CommandEnvironment) -> String {
    agentsDir ?? environment.settings.agentsDirectory
  }

  /// Where no host listens, the next one loads it.
  func reload(_ name: String, _ environment: CommandEnvironment) async throws {
    guard reload else { return }
    let (heard, workers) = try await environment.withRedis { client, keys in
      try await Reload(names: [name], timeout: timeout).run(client, keys: keys)
    }
    if heard == 0 { return print("no host listens; the next one loads it") }
    let libraries = LibraryTable(workers, names: [name])
    print(libraries.text, terminator: "")
    if libraries.hasRefusals { throw ExitCode(ExitStatus.pluginInvalid.rawValue) }
  }
}
