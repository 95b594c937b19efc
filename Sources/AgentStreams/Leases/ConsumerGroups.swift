package import RedisClient

/// How consumers and agents' streams end: only when they hold nothing, each in one step.
@IOActor
package enum ConsumerGroups {
  /// A consumer as the server knows it.
  struct Consumer: Sendable, Equatable {
    let name: String
    let pending: Int
    /// Milliseconds.
    let idle: Int
  }

  static func consumers(
    of source: DeliverySource, client: RedisClient
  ) async throws(RedisError) -> [Consumer] {
    try await consumers(ofStream: source.stream, group: source.group, client: client)
  }

  static func consumers(
    ofStream stream: String, group: String, client: RedisClient
  ) async throws(RedisError) -> [Consumer] {
    let reply = try await client.send(
      RedisCommand("XINFO", "CONSUMERS", stream, group), effect: .repeatable)
    guard let elements = reply.root.elements else { throw .unexpectedReply(command: "XINFO CONSUMERS") }
    return elements.compactMap { element in
      var fields = element.elements
      var name: String?
      var numbers: [String: Int] = [:]
      while let field = fields?.next()?.string, let value = fields?.next() {
        if field == "name" { name = value.string } else { numbers[field] = value.integer }
      }
      return name.map {
        Consumer(name: $0, pending: numbers["pending", default: 0], idle: numbers["idle", default: 0])
      }
    }
  }

  /// Removes a consumer that is dead, or leaves by itself; one that still holds something stays, or its entries
  /// would be lost. Whether it is gone.
  @discardableResult
  package static func leave(
    _ source: DeliverySource, consumer: String, client: RedisClient
  ) async throws(RedisError) -> Bool {
    let reply = try await StreamScript.leaveGroup.call(
      client, keys: [source.stream, source.stream], [source.group, consumer, "1"])
    return reply.root.integer == 1
  }

  /// The same for one whose host may be alive: then it stays.
  static func reap(
    _ name: ConsumerName, from source: DeliverySource, keys: Keys, client: RedisClient
  ) async throws(RedisError) -> Bool {
    let reply = try await StreamScript.leaveGroup.call(
      client, keys: [source.stream, keys.host(name.incarnation)], [source.group, name.description, "0"])
    return reply.root.integer == 1
  }

  /// Removes the own stream of an agent that is gone; what it still holds goes to the role's. Returns how many
  /// entries that were.
  @discardableResult
  package static func retireAgentStream(
    of name: ConsumerName, role: String, keys: Keys, client: RedisClient
  ) async throws(RedisError) -> Int {
    let reply = try await StreamScript.retireAgent.call(
      client, keys: [keys.agentStream(name.agentID), keys.roleStream(role)],
      [keys.agentGroup(name.agentID), name.description])
    return reply.root.integer ?? 0
  }
}
