package import AgentStreams
package import RedisClient

/// The dead letters of one role.
@IOActor
package final class DeadLetterStream {
  /// What is done with a dead letter that is taken off its stream.
  package enum Removal: String, Sendable {
    case replay, remove
  }

  /// Letters in one answer, and in one call.
  package nonisolated static let pageSize = 100

  package nonisolated let role: String
  private let client: RedisClient
  private let keys: Keys

  package nonisolated init(role: String, client: RedisClient, keys: Keys) {
    self.role = role
    self.client = client
    self.keys = keys
  }

  /// The roles that have dead letters.
  package static func roles(_ client: RedisClient, keys: Keys) async throws(RedisError) -> [String] {
    try await KeySearch.suffixes(of: keys.deadLetters(""), client)
  }

  /// The letters that match, oldest first, at most `limit`, page by page; `receive` returns false to end it. What
  /// becomes a dead letter meanwhile is not among them: a replay would send it again and again.
  package func forEachPage(
    matching filter: DeadLetterFilter, limit: Int, receive: ([DeadLetter]) async throws -> Bool
  ) async throws {
    guard let newest = try await range("XREVRANGE", "+", "-", count: 1).first else { return }
    var after = "-"
    var remaining = limit
    while remaining > 0 {
      let entries = try await range("XRANGE", after, newest.id, count: Self.pageSize)
      guard let last = entries.last else { return }
      after = "(\(last.id)"
      let letters = entries.map { DeadLetter(role: role, entry: $0) }.filter(filter.matches).prefix(remaining)
      remaining -= letters.count
      if !letters.isEmpty, try await !receive(Array(letters)) { return }
    }
  }

  private func range(
    _ command: StaticString, _ from: String, _ to: String, count: Int
  ) async throws(RedisError) -> [StreamEntry] {
    let reply = try await client.send(
      RedisCommand(command, keys.deadLetters(role), from, to, "COUNT", String(count)), effect: .repeatable)
    return try StreamCommands.entries(of: reply.root)
  }

  /// Takes letters off the stream, in one step; with `replay` each is sent to its role again. Returns how many were
  /// still there.
  package func take(
    _ letters: [DeadLetter], _ removal: Removal, now: Double
  ) async throws(RedisError) -> Int {
    let known: [(DeadLetter, [UInt8]?)] = letters.map {
      ($0, removal == .replay ? $0.envelopeForReplay(now: now) : nil)
    }
    let sent = known.filter { removal == .remove || $0.1 != nil }
    if sent.isEmpty { return 0 }
    let reply = try await StreamScript.deadLetters.call(client, capacity: 4096) { command in
      command.append(sent.count + 2)
      command.append(keys.deadLetters(role))
      command.append(keys.roleStream(role))
      for (letter, _) in sent { command.append(keys.request(letter.messageID ?? "")) }
      command.append(removal.rawValue)
      for (letter, envelope) in sent {
        command.append(letter.id)
        if let envelope { command.append(envelope) }
      }
    }
    return reply.root.integer ?? 0
  }
}
