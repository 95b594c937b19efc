package import RedisClient

/// Finds keys by how they begin, without holding up the server.
package enum KeySearch {
  /// Keys looked at in one call.
  private static let pageSize = 1000

  /// What follows `prefix` in each key that begins with it, sorted.
  @IOActor
  package static func suffixes(of prefix: String, _ client: RedisClient) async throws(RedisError) -> [String]
  {
    var found: Set<String> = []
    var cursor = "0"
    repeat {
      let reply = try await client.send(
        RedisCommand(
          "SCAN", cursor, "MATCH", RedisPattern.literal(prefix) + "*", "COUNT", String(Self.pageSize)))
      guard var parts = reply.root.elements, let next = parts.next()?.string,
        let keys = parts.next()?.elements
      else { throw .unexpectedReply(command: "SCAN") }
      cursor = next
      for key in keys.compactMap(\.string) { found.insert(String(key.dropFirst(prefix.count))) }
    } while cursor != "0"
    return found.sorted()
  }
}
