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
  /// One of its keys holds something else than it should, and counts for nothing.
  package var isBroken = false

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
    for worker in try await WorkerStatus.all(client, keys: keys) {
      for agent in worker.agents { agents[agent.role, default: 0] += 1 }
    }
    return agents
  }

  private mutating func count(_ client: RedisClient, keys: Keys) async throws(RedisError) {
    let lanes = [
      keys.roleStream(role), keys.priorityStream(role, .high), keys.priorityStream(role, .normal),
      keys.priorityStream(role, .low),
    ]
    for stream in lanes {
      guard let length = try await count(RedisCommand("XLEN", stream), client) else { continue }
      let held = try await held(in: stream, keys.roleGroup(role), client)
      inWork += held
      waiting += max(0, length - held)
    }
    delayed = try await count(RedisCommand("ZCARD", keys.delayed(role)), client) ?? 0
    deadLetters = try await count(RedisCommand("XLEN", keys.deadLetters(role)), client) ?? 0
  }

  /// What a key counts; nil for one that holds something else, which must not hide all other roles.
  private mutating func count(
    _ command: RedisCommand, _ client: RedisClient
  ) async throws(RedisError) -> Int? {
    do throws(RedisError) {
      return try await client.send(command).root.integer ?? 0
    } catch {
      guard error.meaning == .wrongType else { throw error }
      isBroken = true
      return nil
    }
  }

  /// Messages of a stream that its readers have. The key may have become something else since it was counted.
  mutating func held(
    in stream: String, _ group: String, _ client: RedisClient
  ) async throws(RedisError) -> Int {
    do throws(RedisError) {
      let reply = try await client.send(RedisCommand("XPENDING", stream, group))
      return reply.root.elements.flatMap { Array($0).first?.integer } ?? 0
    } catch {
      switch error.meaning {
      case .groupMissing: break  // no agenthost ever read it
      case .wrongType: isBroken = true
      default: throw error
      }
      return 0
    }
  }
}
