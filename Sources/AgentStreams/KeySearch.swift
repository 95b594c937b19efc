package import RedisClient

/// Finds keys by how they begin, without holding up the server.
package enum KeySearch {
  /// Keys looked at in one call.
  private static let pageSize = 1000

  /// What a search has come to.
  package struct Found: Sendable, Equatable {
    /// What follows the beginning in each key, sorted.
    package var suffixes: [String]
    /// Whether all keys were looked at.
    package var isComplete: Bool
  }

  /// What follows `prefix` in each key that begins with it, sorted.
  @IOActor
  package static func suffixes(of prefix: String, _ client: RedisClient) async throws(RedisError) -> [String]
  {
    try await search(prefix, names: .max, pages: .max, client).suffixes
  }

  /// The same within limits: no more than so many names, and calls, for a server that holds anything.
  @IOActor
  package static func search(
    _ prefix: String, names: Int, pages: Int, _ client: RedisClient
  ) async throws(RedisError) -> Found {
    var found: Set<String> = []
    var cursor = "0"
    var calls = 0
    repeat {
      guard calls < pages, found.count < names else {
        return Found(suffixes: Array(found.sorted().prefix(names)), isComplete: false)
      }
      calls += 1
      let reply = try await client.send(
        RedisCommand(
          "SCAN", cursor, "MATCH", RedisPattern.literal(prefix) + "*", "COUNT", String(Self.pageSize)))
      guard var parts = reply.root.elements, let next = parts.next()?.string,
        let keys = parts.next()?.elements
      else { throw .unexpectedReply(command: "SCAN") }
      cursor = next
      for key in keys.compactMap(\.string) {
        // By bytes: a name may begin with what joins the character before it.
        found.insert(String(decoding: key.utf8.dropFirst(prefix.utf8.count), as: UTF8.self))
      }
    } while cursor != "0"
    return Found(suffixes: Array(found.sorted().prefix(names)), isComplete: found.count <= names)
  }
}
