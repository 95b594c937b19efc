import AgentEnvelope
import AgentPlugins
import AgentStreams
import ArgumentParser
import RedisClient

struct ReloadCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "reload", abstract: "Have all workers of every host look at their agents' folder again.",
    discussion: """
      What is new is loaded, what changed is replaced, what is gone is ended; what can't be loaded changes nothing. \
      With --wait it prints what each host found, and exits with 5 when any library was refused.
      """)

  @Argument(help: "Libraries, by their files' names: greeting for libgreeting.so. None means all.")
  var names: [String] = []

  @Flag(help: "Wait until all have looked, and print what they found.")
  var wait = false

  @Option(help: "Seconds to wait.")
  var timeout = 60.0

  @Flag(help: "Print JSON.")
  var json = false

  func validate() throws {
    guard timeout > 0, timeout.isFinite else { throw ValidationError("--timeout is a number of seconds") }
    guard wait || !json else {
      throw ValidationError("--json goes with --wait: there is nothing else to print")
    }
    if let name = names.first(where: { $0.isEmpty || LogText.escaped($0) != $0 }) {
      throw ValidationError("\"\(LogText.escaped(name))\" is no library's name")
    }
  }

  func run() async throws {
    let names = Set(names.map(LibraryStatus.name(ofFile:)))
    let outcome = try await CommandEnvironment().withRedis { client, keys in
      let made = try await Self.ask(for: names, client, keys: keys)
      guard wait, made.heard > 0 else { return (made.heard, [WorkerStatus]()) }
      let workers = try await ReloadWait(version: made.version, seconds: timeout).run(client, keys: keys)
      return (made.heard, workers)
    }
    let (heard, workers) = outcome
    guard heard > 0 else {
      throw CommandFailure(.failed, "no host listens; start one with `agenthost run`")
    }
    guard wait else { return print("told \(heard) \(heard == 1 ? "worker" : "workers") to reload") }
    try Self.show(
      workers.map { ($0, $0.libraries.filter { names.isEmpty || names.contains($0.name) }) }, json: json)
    let known = Set(workers.flatMap(\.libraries).map(\.name))
    if let unknown = names.subtracting(known).min() {
      throw CommandFailure(.failed, "no host has a library called \(unknown)")
    }
    let isRefused = workers.flatMap(\.libraries)
      .contains { (names.isEmpty || names.contains($0.name)) && $0.refusal != nil }
    if isRefused { throw ExitCode(ExitStatus.pluginInvalid.rawValue) }
  }

  /// The last change's version: all of them are seen by whoever sees that.
  @IOActor
  private static func ask(
    for names: Set<String>, _ client: RedisClient, keys: Keys
  ) async throws(RedisError) -> DesiredChange.Made {
    guard !names.isEmpty else { return try await DesiredChange.reload.make(client, keys: keys) }
    var made = DesiredChange.Made()
    for name in names.sorted() {
      made = try await DesiredChange.reloadOne(name: name).make(client, keys: keys)
    }
    return made
  }

  private static func show(_ found: [(worker: WorkerStatus, libraries: [LibraryStatus])], json: Bool) throws {
    guard !json else {
      return print(
        JSONText.line(
          .array(
            found.map { worker, libraries in
              .object([
                .init("host", .string(worker.host)), .init("worker", .string(worker.incarnation)),
                .init("place", .string(worker.placeName)), .init("libraries", .array(libraries.map(\.json))),
              ])
            })), terminator: "")
    }
    var table = TextTable(["host", "place", "library", "outcome", "generation", "hash"], numeric: [4])
    for (worker, libraries) in found {
      for library in libraries {
        table.add([
          LogText.escaped(worker.host), LogText.escaped(worker.placeName), LogText.escaped(library.name),
          library.outcome.rawValue, library.generation == 0 ? "-" : String(library.generation),
          library.hash.isEmpty ? "-" : String(library.hash.prefix(12)),
        ])
      }
    }
    print(table.text, terminator: "")
    for (worker, libraries) in found {
      for library in libraries {
        guard let refusal = library.refusal else { continue }
        print(
          "\n\(LogText.escaped(worker.host)): \(LogText.escaped(library.file)): refused \(refusal.description)"
        )
      }
    }
  }
}
