package import RedisClient

/// The requests that were cancelled lately, as far as this host knows. Whether a result may still go out is decided
/// by the commit script; this only spares the work.
@IOActor
package final class Cancellations {
  /// Seconds that a cancellation is remembered: longer than requests wait.
  private static let timeToLive = 86_400
  /// Older ones are forgotten here first; the server knows all.
  private static let maximumCount = 10_000

  private var messageIDs: Set<String> = []

  package nonisolated init() {}

  package var isEmpty: Bool { messageIDs.isEmpty }

  package func contains(_ messageID: String) -> Bool { messageIDs.contains(messageID) }

  /// Takes over what the server knows; returns what is new.
  package func refresh(_ client: RedisClient, keys: Keys) async throws(RedisError) -> Set<String> {
    let reply = try await client.send(
      RedisCommand("ZREVRANGE", keys.cancelled, "0", String(Self.maximumCount - 1)))
    guard let elements = reply.root.elements else { throw .unexpectedReply(command: "ZREVRANGE") }
    let known = Set(elements.compactMap(\.string))
    let new = known.subtracting(messageIDs)
    messageIDs = known
    return new
  }

  /// Has a request cancelled, and tells all hosts. Returns the state that it has then.
  package static func cancel(
    _ messageID: String, _ client: RedisClient, keys: Keys
  ) async throws(RedisError) -> RequestState? {
    let reply = try await StreamScript.cancel.call(
      client, keys: [keys.request(messageID), keys.cancelled],
      [messageID, String(timeToLive), keys.broadcastAll, #"{"kind":"control","command":"look"}"#])
    return reply.root.string.flatMap(RequestState.init(rawValue:))
  }
}
