import AgentEnvelope
import AgentOperations
import AgentPlugins
import AgentStreams
import ArgumentParser
import StrictJSON

struct RoleCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "role", abstract: "See, pause and resume roles.",
    subcommands: [RoleListCommand.self, RolePauseCommand.self, RoleResumeCommand.self])
}

struct RoleListCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "ls", abstract: "List roles: who serves them, and what waits.")

  @Flag(help: "Print JSON.")
  var json = false

  func run() async throws {
    let roles = try await CommandEnvironment().withRedis { client, keys in
      try await RoleStatus.all(client, keys: keys)
    }
    print(json ? Self.json(roles) : Self.table(roles), terminator: "")
  }

  private static func table(_ roles: [RoleStatus]) -> String {
    var table = ColumnTable([
      .text("role"), .number("agents"), .number("waiting"), .number("in work"), .number("delayed"),
      .number("dead letters"), .text("state"),
    ])
    for role in roles {
      table.add(
        [LogText.escaped(role.role)]
          + [role.agents, role.waiting, role.inWork, role.delayed, role.deadLetters].map { String($0) }
          + [state(of: role)])
    }
    return table.text
  }

  private static func state(of role: RoleStatus) -> String {
    role.isBroken ? "broken: one of its keys holds something else" : role.stateName
  }

  private static func json(_ roles: [RoleStatus]) -> String {
    JSONText.line(
      .array(
        roles.map { role in
          .object([
            .init("role", .string(role.role)), .init("agents", .number(role.agents)),
            .init("waiting", .number(role.waiting)), .init("in_work", .number(role.inWork)),
            .init("delayed", .number(role.delayed)), .init("dead_letters", .number(role.deadLetters)),
            .init("paused", .bool(role.isPaused)), .init("broken", .bool(role.isBroken)),
          ])
        }))
  }
}

struct RolePauseCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "pause", abstract: "Have all hosts take nothing new for a role, until it is resumed.")

  @Argument(help: "The role.")
  var role: String

  func validate() throws {
    try RoleCommand.check(role)
  }

  func run() async throws {
    try await RoleCommand.change(.pause(role: role))
    print("role \(role) is paused")
  }
}

struct RoleResumeCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "resume", abstract: "Have all hosts work on a role again.")

  @Argument(help: "The role.")
  var role: String

  func validate() throws {
    try RoleCommand.check(role)
  }

  func run() async throws {
    try await RoleCommand.change(.resume(role: role))
    print("role \(role) is resumed")
  }
}

extension RoleCommand {
  /// What no role can be called, as an unset variable of a script is, would be paused for nobody.
  static func check(_ role: String) throws {
    guard !role.isEmpty, !role.contains(where: { $0 == "{" || $0 == "}" }), LogText.escaped(role) == role
    else {
      throw ValidationError("a role has a name, without braces and control characters")
    }
  }

  fileprivate static func change(_ change: DesiredChange) async throws {
    _ = try await CommandEnvironment().withRedis { client, keys in
      try await change.make(client, keys: keys)
    }
  }
}
