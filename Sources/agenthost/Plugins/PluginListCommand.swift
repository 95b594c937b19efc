import AgentEnvelope
import AgentOperations
import AgentPlugins
import AgentStreams
import ArgumentParser
import StrictJSON

struct PluginListCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "ls", abstract: "List the libraries of all hosts: what runs of them, and why what does not.",
    discussion: "Exits with 7 where no worker lives.")

  @Flag(help: "Print JSON.")
  var json = false

  func run() async throws {
    let workers = try await CommandEnvironment().withRedis { client, keys in
      try await WorkerStatus.all(client, keys: keys).filter { !$0.isOnProbation }
    }
    let libraries = LibraryTable(workers)
    print(json ? libraries.json : libraries.text, terminator: "")
    if workers.isEmpty { throw ExitCode(ExitStatus.degraded.rawValue) }
  }
}

/// How it stands about libraries, on which host and at which place.
struct LibraryTable {
  private let found: [(worker: WorkerStatus, libraries: [LibraryStatus])]

  /// `names`: the libraries that are of interest; none means all.
  init(_ workers: [WorkerStatus], names: Set<String> = []) {
    found = workers.map { worker in
      (worker, worker.libraries.filter { names.isEmpty || names.contains($0.name) })
    }
  }

  /// Whether what lies in some folder is refused.
  var hasRefusals: Bool { found.contains { $0.libraries.contains { $0.refusal != nil } } }

  var text: String {
    if found.isEmpty { return "no worker lives; start a host with `agenthost run`\n" }
    var table = ColumnTable([
      .text("host"), .text("place"), .text("library"), .text("state"), .number("generation"), .text("hash"),
      .text("built with"), .text("roles"),
    ])
    for (worker, libraries) in found {
      for library in libraries {
        table.add([
          LogText.escaped(worker.host), LogText.escaped(worker.placeName), LogText.escaped(library.name),
          library.stateName, library.generation == 0 ? "-" : String(library.generation),
          library.hash.isEmpty ? "-" : String(library.hash.prefix(12)),
          library.toolchain.isEmpty ? "-" : LogText.escaped(library.toolchain),
          library.roles.isEmpty ? "-" : LogText.escaped(library.roles.joined(separator: " ")),
        ])
      }
    }
    return table.text + denials + refusals
  }

  private var denials: String {
    var lines = ""
    for (worker, libraries) in found {
      for library in libraries where !library.deniedServices.isEmpty {
        lines +=
          "\n\(LogText.escaped(worker.host)): \(LogText.escaped(library.file)): asks for services that it is not granted: "
          + "\(LogText.escaped(library.deniedServices.joined(separator: " ")))\n"
      }
    }
    return lines
  }

  private var refusals: String {
    var lines = ""
    for (worker, libraries) in found {
      for library in libraries {
        guard let refusal = library.refusal else { continue }
        lines +=
          "\n\(LogText.escaped(worker.host)): \(LogText.escaped(library.file)): refused "
          + "\(LogText.escaped(refusal.description, maximumBytes: 4096))\n"
      }
    }
    return lines
  }

  /// A line for programs.
  var json: String {
    JSONText.line(
      .array(
        found.map { worker, libraries in
          .object([
            .init("host", .string(worker.host)), .init("worker", .string(worker.incarnation)),
            .init("place", .string(worker.placeName)), .init("libraries", .array(libraries.map(\.json))),
          ])
        }))
  }
}
