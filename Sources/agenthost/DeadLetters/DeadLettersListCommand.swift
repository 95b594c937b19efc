import AgentEnvelope
import AgentOperations
import AgentPlugins
import AgentRuntime
import ArgumentParser
import StrictJSON

struct DeadLettersListCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "ls", abstract: "List dead letters, oldest first.")

  @OptionGroup var selection: DeadLetterSelection

  @Flag(help: "Print JSON, one object a line.")
  var json = false

  func run() async throws {
    let table = try await CommandEnvironment().withRedis { [selection, json] client, keys in
      var table = ColumnTable([
        .text("role"), .text("id"), .text("time"), .number("deliveries"), .text("message"), .text("reason"),
      ])
      // Page by page: all letters with all that they hold may be more than fits in memory.
      try await selection.forEachPage(client, keys) { _, letters in
        for letter in letters {
          if json { print(JSONText.line(letter.json), terminator: "") } else { table.add(Self.row(letter)) }
        }
      }
      return table
    }
    if !json { print(table.text, terminator: "") }
  }

  private static func row(_ letter: DeadLetter) -> [String] {
    [
      LogText.escaped(letter.role), letter.id, TimeText.utc(letter.time), String(letter.deliveries),
      letter.messageID.map { LogText.escaped($0) } ?? "-", LogText.escaped(letter.reason),
    ]
  }
}

struct DeadLettersShowCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show", abstract: "Print one dead letter, with everything it holds.")

  @Argument(help: "The role.")
  var role: String

  @Argument(help: "The entry's id.")
  var id: String

  @Flag(help: "Print JSON.")
  var json = false

  func run() async throws {
    var filter = DeadLetterFilter()
    filter.ids = [id]
    let found = try await CommandEnvironment().withRedis { [role, filter] client, keys in
      var found: DeadLetter?
      try await DeadLetterStream(role: role, client: client, keys: keys)
        .forEachPage(matching: filter, limit: 1) { letters in
          found = letters.first
          return false
        }
      return found
    }
    guard let found else { throw CommandFailure(.failed, "role \(role) has no dead letter \(id)") }
    if json { return print(JSONText.line(found.json), terminator: "") }
    for field in found.fields {
      print("\(LogText.escaped(field.name)): \(LogText.escaped(field.value, maximumBytes: .max))")
    }
  }
}

extension DeadLetter {
  var json: JSONValue {
    .object(
      [
        .init("role", .string(role)), .init("id", .string(id)), .init("reason", .string(reason)),
        .init("deliveries", .number(deliveries)), .init("agent_id", .string(agentID)),
        .init("time", .number(time)), .init("stream", .string(stream)),
        .init("conversation_id", conversationID.map(JSONValue.string) ?? .null),
        .init("message_id", messageID.map(JSONValue.string) ?? .null),
      ] + [.init("fields", .object(fields.map { .init($0.name, .string($0.value)) }))])
  }
}
