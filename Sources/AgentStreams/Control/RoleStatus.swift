package import RedisClient

/// How a role stands.
package struct RoleStatus: Sendable, Equatable {
  package let role: String
  /// Of living hosts.
  package var agents = 0
  /// Messages that wait, of every priority.
  package var waiting = 0
  /// Messages that agents hold.
  package var inWork = 0
  /// Messages that are not due yet.
  package var delayed = 0
  package var deadLetters = 0
  package var isPaused = false

  /// Of all roles that anybody serves, has work for, or has paused.
  @IOActor
  package static func all(_ client: RedisClient, keys: Keys) async throws(RedisError) -> [RoleStatus] {
    let desired = try await DesiredState.read(client, keys: keys)
    let agents = try await agentsByRole(client, keys: keys)
    let streams = try await KeySearch.suffixes(of: keys.roleStream(""), client).map(keys.role(ofStreamNamed:))
    let roles = Set(streams).union(agents.keys).union(desired.pausedRoles).union(
      try await KeySearch.suffixes(of: keys.deadLetters(""), client))
    var all: [RoleStatus] = []
    for role in roles.sorted() {
      var status = RoleStatus(role: role)
      status.agents = agents[role, default: 0]
      status.isPaused = desired.pausedRoles.contains(role)
      try await status.count(client, keys: keys)
      all.append(status)
    }
    return all
  }

  private static func agentsByRole(_ client: RedisClient, keys: Keys) async throws(RedisError) -> [String:
    Int]
  {
    var agents: [String: Int] = [:]
    for host in try await KeySearch.suffixes(of: keys.host(""), client) {
      let reply = try await client.send(RedisCommand("HGET", keys.host(host), "roles"))
      for role in (reply.root.string ?? "").split(separator: " ") { agents[String(role), default: 0] += 1 }
    }
    return agents
  }

  private mutating func count(_ client: RedisClient, keys: Keys) async throws(RedisError) {
    let lanes = [
      keys.roleStream(role), keys.priorityStream(role, .high), keys.priorityStream(role, .normal),
      keys.priorityStream(role, .low),
    ]
    for stream in lanes {
      let length = try await client.send(RedisCommand("XLEN", stream)).root.integer ?? 0
      let held = try await Self.pending(stream, keys.roleGroup(role), client)
      inWork += held
      waiting += max(0, length - held)
    }
    delayed = try await client.send(RedisCommand("ZCARD", keys.delayed(role))).root.integer ?? 0
    deadLetters = try await client.send(RedisCommand("XLEN", keys.deadLetters(role))).root.integer ?? 0
  }

  private static func pending(
    _ stream: String, _ group: String, _ client: RedisClient
  ) async throws(RedisError) -> Int {
    do throws(RedisError) {
      let reply = try await client.send(RedisCommand("XPENDING", stream, group))
      return reply.root.elements.flatMap { Array($0).first?.integer } ?? 0
    } catch {
      // No agenthost ever read it.
      guard error.meaning == .groupMissing else { throw error }
      return 0
    }
  }
}
