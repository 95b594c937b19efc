import AgentEnvelope
import AgentOperations
import AgentPlugins
import AgentRuntime
import AgentStreams
import ArgumentParser
import RedisClient
import StrictJSON

struct QuarantineCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "quarantine", abstract: "Code that no host loads: list it, add to it, let it in again.",
    subcommands: [QuarantineListCommand.self, QuarantineAddCommand.self, QuarantineLiftCommand.self])
}

struct QuarantineListCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "ls", abstract: "List the code that no host loads.")

  @Flag(help: "Print JSON.")
  var json = false

  func run() async throws {
    let quarantined = try await CommandEnvironment().withRedis { client, keys in
      try await DesiredState.read(client, keys: keys).quarantined
    }.sorted { $0.key < $1.key }
    print(json ? Self.json(quarantined) : Self.table(quarantined), terminator: "")
  }

  private static func table(_ quarantined: [(key: String, value: Quarantine)]) -> String {
    if quarantined.isEmpty { return "nothing is quarantined\n" }
    var table = ColumnTable([.text("hash"), .text("since"), .text("file"), .text("reason")])
    for (hash, quarantine) in quarantined {
      table.add([
        LogText.escaped(String(hash.prefix(12))), TimeText.utc(quarantine.since),
        LogText.escaped(quarantine.file), LogText.escaped(quarantine.reason),
      ])
    }
    return table.text
  }

  private static func json(_ quarantined: [(key: String, value: Quarantine)]) -> String {
    JSONText.line(
      .array(
        quarantined.map { hash, quarantine in
          .object([
            .init("hash", .string(hash)), .init("file", .string(quarantine.file)),
            .init("reason", .string(quarantine.reason)), .init("since", .number(quarantine.since)),
            .init("roles", .array(quarantine.roles.map { .string($0) })),
          ])
        }))
  }
}

struct QuarantineAddCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "add", abstract: "Keep code out of every host, until it is lifted.")

  @Argument(help: "A library's file, or the hash of one: 64 hexadecimal digits.")
  var library: String

  @Option(help: "Why; shown by ls and in the hosts' logs.")
  var reason = "by hand"

  @Option(
    name: .customLong("role"),
    help: "A role that it serves, where no host has it loaded to know; again for each.")
  var roles: [String] = []

  func run() async throws {
    let hash: String
    if library.count == 64, library.allSatisfy(\.isHexDigit) {
      hash = library.lowercased()
    } else {
      do {
        hash = try LibraryStore.hash(of: library)
      } catch {
        throw CommandFailure(.failed, "\(error)")
      }
    }
    let quarantine = Quarantine(file: library, reason: reason, since: WallClock.now(), roles: roles)
    _ = try await CommandEnvironment().withRedis { client, keys in
      try await DesiredChange.quarantine(hash: hash, quarantine).make(client, keys: keys)
    }
    print("hash \(hash.prefix(12)) is quarantined")
  }
}

struct QuarantineLiftCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "lift", abstract: "Let code in again; hosts load it at once.")

  @Argument(help: "The beginning of its hash, as ls shows it.")
  var hash: String

  func validate() throws {
    guard !hash.isEmpty else {
      throw ValidationError("a hash is needed; see `agenthost plugin quarantine ls`")
    }
  }

  func run() async throws {
    let prefix = hash.lowercased()
    let lifted = try await CommandEnvironment().withRedis { client, keys in
      let all = try await DesiredState.read(client, keys: keys).quarantined.keys
      let meant = all.filter { $0.hasPrefix(prefix) }
      guard let only = meant.first, meant.count == 1 else {
        let why = meant.isEmpty ? "nothing that is quarantined" : "\(meant.count) that are quarantined"
        throw CommandFailure(.failed, "\(why) has a hash that begins with \(LogText.escaped(prefix))")
      }
      _ = try await DesiredChange.lift(hash: only).make(client, keys: keys)
      return only
    }
    print("hash \(lifted.prefix(12)) is let in again")
  }
}
