import AgentPlugins
import AgentRuntime
import AgentStreams
import ArgumentParser
import Glibc
import RedisClient

struct DeadLettersCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "dlq", abstract: "See dead letters, send them again, or remove them.",
    subcommands: [
      DeadLettersListCommand.self, DeadLettersShowCommand.self, DeadLettersReplayCommand.self,
      DeadLettersRemoveCommand.self,
    ])
}

/// Which dead letters a verb is about.
struct DeadLetterSelection: ParsableArguments {
  @Option(help: "Only of this role.")
  var role: String?

  @Option(help: "Only these entries (may be given several times).")
  var id: [String] = []

  @Option(help: "Only where the reason begins so, for example agenthost.deliveries.")
  var reason: String?

  @Option(help: "Only of this conversation.")
  var conversation: String?

  @Option(help: "Only this message id.")
  var message: String?

  @Option(help: "Only what became a dead letter at least so many seconds ago.")
  var olderThan: Double?

  @Option(help: "Only what became one at most so many seconds ago.")
  var newerThan: Double?

  @Option(help: "At most so many.")
  var limit: Int?

  private static let ages = 0.0...1e11

  func validate() throws {
    if let limit, limit < 1 { throw ValidationError("--limit takes a whole number from 1") }
    for (name, age) in [("--older-than", olderThan), ("--newer-than", newerThan)] {
      // Also what is no number: nothing would be older or newer than that.
      guard let age, !Self.ages.contains(age) else { continue }
      throw ValidationError("\(name) takes seconds, from 0 to \(Self.ages.upperBound)")
    }
    if id.isEmpty { return }
    guard role != nil else {
      throw ValidationError("--id needs --role: entries of two roles can have one id")
    }
    for id in id where StreamID(id) == nil {
      throw ValidationError("\"\(id)\" is no entry id, such as 1700000000000-0")
    }
  }

  var filter: DeadLetterFilter {
    let now = WallClock.now()
    var filter = DeadLetterFilter()
    filter.ids = id.isEmpty ? nil : Set(id)
    filter.reason = reason
    filter.conversationID = conversation
    filter.messageID = message
    filter.before = olderThan.map { now - $0 }
    filter.after = newerThan.map { now - $0 }
    return filter
  }

  /// Visits what is meant, page by page.
  @IOActor
  func forEachPage(
    _ client: RedisClient, _ keys: Keys, receive: (DeadLetterStream, [DeadLetter]) async throws -> Void
  ) async throws {
    var remaining = limit ?? .max
    let filter = filter
    let roles = if let role { [role] } else { try await DeadLetterStream.roles(client, keys: keys) }
    for role in roles where remaining > 0 {
      let stream = DeadLetterStream(role: role, client: client, keys: keys)
      do {
        try await stream.forEachPage(matching: filter, limit: remaining) { letters in
          try await receive(stream, letters)
          remaining -= letters.count
          return true
        }
      } catch let error as RedisError where error.meaning == .wrongType && self.role == nil {
        // One key must not hide all other roles' letters.
        printError("agenthost: \(LogText.escaped(keys.deadLetters(role))) is passed over: \(error)")
      }
    }
  }
}
