/// What a server says of itself: of its state by INFO, and of how it is set up by CONFIG.
package struct ServerFacts: Sendable, Equatable {
  /// The parameters that matter here.
  private static let parameters = [
    "maxmemory", "maxmemory-policy", "appendonly", "save", "timeout", "maxclients",
    "stop-writes-on-bgsave-error",
  ]

  package var information: [String: String]
  /// Empty where the server does not let us ask.
  package var configuration: [String: String]

  package init(information: [String: String] = [:], configuration: [String: String] = [:]) {
    self.information = information
    self.configuration = configuration
  }

  /// A whole number of INFO; 0 where it does not say.
  package func count(_ name: String) -> Int { information[name].flatMap { Int($0) } ?? 0 }

  /// The same of CONFIG.
  package func configuredCount(_ name: String) -> Int { configuration[name].flatMap { Int($0) } ?? 0 }

  /// The lines `name:value` of INFO.
  package static func fields(in text: String) -> [String: String] {
    var fields: [String: String] = [:]
    for line in text.split(whereSeparator: \.isNewline) {
      guard !line.hasPrefix("#"), let colon = line.firstIndex(of: ":") else { continue }
      fields[String(line[..<colon])] = String(line[line.index(after: colon)...])
    }
    return fields
  }

  @IOActor
  package static func information(of client: RedisClient) async throws(RedisError) -> [String: String] {
    let reply = try await client.send(RedisCommand("INFO"), effect: .repeatable)
    guard let text = reply.root.string else { throw .unexpectedReply(command: "INFO") }
    return fields(in: text)
  }

  @IOActor
  package static func configuration(of client: RedisClient) async throws(RedisError) -> [String: String] {
    var configuration: [String: String] = [:]
    for parameter in parameters {
      let reply = try await client.send(RedisCommand("CONFIG", "GET", parameter), effect: .repeatable)
      let pair = reply.root.elements?.map(\.string) ?? []
      if pair.count == 2, let value = pair[1] { configuration[parameter] = value }
    }
    return configuration
  }
}
