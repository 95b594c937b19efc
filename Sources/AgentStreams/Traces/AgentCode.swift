package import RedisClient
import StrictJSON

/// Which code an agent ran from a moment on.
package struct AgentCode: Sendable, Equatable {
  /// Changes that are remembered of an agent.
  private static let maximumNotes = 32
  /// Seconds for which they are, from the last one or the last sign that the agent lives.
  package nonisolated static let kept = 7 * 86_400

  /// Seconds since 1970.
  package var since: Double
  /// SHA-256.
  package var hash: String
  package var library: String

  package init(since: Double, hash: String, library: String) {
    self.since = since
    self.hash = hash
    self.library = library
  }

  private init?(_ text: String) {
    var text = text
    guard let value = text.withUTF8({ try? JSONValue.parse(UnsafeRawBufferPointer($0), maximumDepth: 4) }),
      let since = value["since"]?.double, let hash = value["hash"]?.string
    else { return nil }
    self.init(since: since, hash: hash, library: value["library"]?.string ?? "")
  }

  private var text: String {
    var bytes: [UInt8] = []
    JSONValue.object([
      .init("since", .number(since)), .init("hash", .string(hash)), .init("library", .string(library)),
    ]).write(into: &bytes)
    return String(decoding: bytes, as: UTF8.self)
  }

  @IOActor
  package func note(
    of agentID: String, _ client: RedisClient, keys: Keys
  ) async throws(RedisError) {
    _ = try await StreamScript.noteCode.call(
      client, keys: [keys.code(agentID)], [text, String(Self.maximumNotes), String(Self.kept)])
  }

  /// The agents live, and what is known of them stays.
  @IOActor
  package static func keep(
    _ agentIDs: [String], _ client: RedisClient, keys: Keys
  ) async throws(RedisError) {
    for agentID in agentIDs {
      _ = try await client.send(
        RedisCommand("EXPIRE", keys.code(agentID), String(kept)), effect: .repeatable)
    }
  }

  /// What is known of an agent, the oldest first.
  @IOActor
  package static func read(
    _ agentID: String, _ client: RedisClient, keys: Keys
  ) async throws(RedisError) -> [AgentCode] {
    do throws(RedisError) {
      let reply = try await client.send(
        RedisCommand("LRANGE", keys.code(agentID), "0", "-1"), effect: .repeatable)
      return reply.root.elements?.compactMap { $0.string.flatMap(AgentCode.init) } ?? []
    } catch {
      guard error.meaning == .wrongType else { throw error }
      return []
    }
  }

  /// What ran at a moment, of all that is known.
  package static func running(at time: Double, of all: [AgentCode]) -> AgentCode? {
    all.last { $0.since <= time }
  }
}
