import AgentEnvelope
import AgentPlugins
import AgentStreams
import ArgumentParser
import RedisClient

struct StatusCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "status",
    abstract: "Show the workers of all hosts: what they serve, and how those before them died.",
    discussion: "Exits with 7 where no worker lives.")

  @Flag(help: "Print JSON.")
  var json = false

  func run() async throws {
    let (workers, desired) = try await CommandEnvironment().withRedis { client, keys in
      (try await WorkerStatus.all(client, keys: keys), try await DesiredState.read(client, keys: keys))
    }
    print(json ? Self.json(workers, desired) : Self.text(workers, desired), terminator: "")
    if workers.isEmpty { throw ExitCode(ExitStatus.degraded.rawValue) }
  }

  private static func text(_ workers: [WorkerStatus], _ desired: DesiredState) -> String {
    if workers.isEmpty { return "no worker lives; start a host with `agenthost run`\n" }
    var table = TextTable(
      ["host", "place", "pid", "started", "deaths", "version", "roles"], numeric: [2, 4])
    for worker in workers {
      table.add([
        LogText.escaped(worker.host), LogText.escaped(worker.placeName),
        String(worker.processID), TimeText.utc(worker.started), String(worker.deaths),
        LogText.escaped(worker.version), LogText.escaped(worker.roles.sorted().joined(separator: " ")),
      ])
    }
    var lines = table.text
    for worker in workers where !worker.lastDeath.isEmpty {
      let place = "\(LogText.escaped(worker.host)), \(LogText.escaped(worker.placeName))"
      lines += "\n\(place): last death: \(LogText.escaped(worker.lastDeath))\n"
    }
    if !desired.pausedRoles.isEmpty {
      lines += "\npaused: \(LogText.escaped(desired.pausedRoles.sorted().joined(separator: " ")))\n"
    }
    for (hash, quarantine) in desired.quarantined.sorted(by: { $0.key < $1.key }) {
      lines +=
        "\nquarantined: \(LogText.escaped(String(hash.prefix(12)))) \(LogText.escaped(quarantine.file)): "
        + "\(LogText.escaped(quarantine.reason))\n"
    }
    return lines
  }

  private static func json(_ workers: [WorkerStatus], _ desired: DesiredState) -> String {
    JSONText.line(
      .object([
        .init("workers", .array(workers.map(json))),
        .init("paused", .array(desired.pausedRoles.sorted().map { .string($0) })),
        .init("quarantined", .array(desired.quarantined.keys.sorted().map { .string($0) })),
      ]))
  }

  private static func json(_ worker: WorkerStatus) -> JSONValue {
    .object([
      .init("worker", .string(worker.incarnation)), .init("host", .string(worker.host)),
      .init("place", .string(worker.placeName)),
      .init("pid", .number(worker.processID)), .init("started", .number(worker.started)),
      .init("version", .string(worker.version)), .init("deaths", .number(worker.deaths)),
      .init("last_death", worker.lastDeath.isEmpty ? .null : .string(worker.lastDeath)),
      .init("roles", .array(worker.roles.sorted().map { .string($0) })),
      .init("agents", .array(worker.agents.map { .string($0.id) })),
    ])
  }
}
