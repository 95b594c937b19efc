import AgentEnvelope
import AgentOperations
import AgentPlugins
import AgentRuntime
import ArgumentParser
import RedisClient
import StrictJSON

struct ConfigCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "config", abstract: "See the settings, and what a file of settings may hold.",
    subcommands: [ConfigShowCommand.self, ConfigSchemaCommand.self])
}

struct ConfigShowCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show", abstract: "Print every setting, its value, and where that is from.",
    discussion: "As a host would have them that is started here and now. Passwords are not shown.")

  @Flag(help: "Print JSON.")
  var json = false

  func run() throws {
    let environment = try CommandEnvironment()
    print(json ? Self.json(environment) : Self.table(environment), terminator: "")
  }

  private static func table(_ environment: CommandEnvironment) -> String {
    var table = ColumnTable([.text("setting"), .text("value"), .text("unit"), .text("from")])
    for setting in SettingsTable.all {
      let value = shown(setting, environment)
      table.add([
        setting.key ?? setting.environment, value.isEmpty ? "-" : value, setting.unit,
        origin(setting, environment),
      ])
    }
    return table.text
  }

  private static func json(_ environment: CommandEnvironment) -> String {
    JSONText.line(
      .array(
        SettingsTable.all.map { setting in
          .object([
            .init("key", setting.key.map(JSONValue.string) ?? .null),
            .init("variable", .string(setting.environment)),
            .init("value", .string(shown(setting, environment))), .init("unit", .string(setting.unit)),
            .init("from", .string(origin(setting, environment))),
          ])
        }))
  }

  private static func origin(_ setting: Setting, _ environment: CommandEnvironment) -> String {
    let isInFile = setting.environment == "REDIS_URL" && !environment.settings.redisURLFile.isEmpty
    return switch environment.origins[isInFile ? "REDIS_URL_FILE" : setting.environment] {
    case .environment: setting.environment
    case .file(let line): "\(environment.settingsFile ?? ""):\(line)"
    case nil: "default"
    }
  }

  /// Who may see the settings need not know how to log in.
  private static func shown(_ setting: Setting, _ environment: CommandEnvironment) -> String {
    let value = setting.show(environment.settings)
    guard setting.environment == "REDIS_URL", !value.isEmpty else { return LogText.escaped(value) }
    return (try? RedisAddress(url: value))?.description ?? "no address of a server, and not shown"
  }
}

struct ConfigSchemaCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "schema", abstract: "Print the JSON Schema of a file of settings, for editors.")

  func run() throws { print(JSONText.line(SettingsSchema.json), terminator: "") }
}
