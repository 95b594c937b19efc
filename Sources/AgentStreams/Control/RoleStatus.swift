package import RedisClient

/// How a role stands.
package struct RoleStatus: Sendable, Equatable {
  /// Roles that are asked about at once.
  private static let concurrentRoles = 16

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
  /// When the message that waits longest was sent, in seconds since 1970, by its entry's id; nil: none waits.
  package var oldestWaiting: Double?
  /// When the first delayed message is due, in the same way.
  package var firstDue: Double?
  /// One of its keys holds something else than it should, and counts for nothing.
  package var isBroken = false

  package init(role: String) {
    self.role = role
  }

  /// Of all roles that anybody serves, has work for, or has paused.
  @IOActor
  package static func all(_ client: RedisClient, keys: Keys) async throws(RedisError) -> [RoleStatus] {
    let desired = try await DesiredState.read(client, keys: keys)
    let workers = try await WorkerStatus.all(client, keys: keys)
    return try await all(
      named: try await names(client, keys: keys), workers, paused: desired.pausedRoles, client, keys: keys)
  }

  /// Of the roles that are `named`, those that `workers` serve, and those that are paused.
  @IOActor
  package static func all(
    named: some Sequence<String>, _ workers: [WorkerStatus], paused: Set<String>, _ client: RedisClient,
    keys: Keys
  ) async throws(RedisError) -> [RoleStatus] {
    try await all(
      of: Set(named).union(workers.flatMap(\.agents).map(\.role)).union(paused), workers, paused: paused,
      client,
      keys: keys)
  }

  /// Of these roles.
  @IOActor
  package static func all(
    of roles: some Sequence<String>, _ workers: [WorkerStatus], paused: Set<String>, _ client: RedisClient,
    keys: Keys
  ) async throws(RedisError) -> [RoleStatus] {
    var agents: [String: Int] = [:]
    for agent in workers.flatMap(\.agents) { agents[agent.role, default: 0] += 1 }
    var left = roles.map { role in
      var status = RoleStatus(role: role)
      status.agents = agents[role, default: 0]
      status.isPaused = paused.contains(role)
      return status
    }[...]
    let counted = await withTaskGroup(of: Result<RoleStatus, RedisError>.self) { group in
      var counted: [Result<RoleStatus, RedisError>] = []
      for status in left.prefix(concurrentRoles) { group.addTask { await counting(status, client, keys) } }
      left = left.dropFirst(concurrentRoles)
      for await result in group {
        counted.append(result)
        if let status = left.popFirst() { group.addTask { await counting(status, client, keys) } }
      }
      return counted
    }
    var all: [RoleStatus] = []
    for result in counted { all.append(try result.get()) }
    return all.sorted { $0.role < $1.role }
  }

  /// Roles that there are messages of, of whatever kind.
  @IOActor
  static func names(_ client: RedisClient, keys: Keys) async throws(RedisError) -> Set<String> {
    let streams = try await KeySearch.suffixes(of: keys.roleStream(""), client)
    let deadLetters = try await KeySearch.suffixes(of: keys.deadLetters(""), client)
    let delayed = try await KeySearch.suffixes(of: keys.delayed(""), client)
    return Set(streams.map(keys.role(ofStreamNamed:))).union(deadLetters).union(delayed)
  }

  private static func counting(
    _ status: RoleStatus, _ client: RedisClient, _ keys: Keys
  ) async -> Result<RoleStatus, RedisError> {
    var status = status
    do throws(RedisError) {
      try await status.count(client, keys: keys)
      return .success(status)
    } catch {
      return .failure(error)
    }
  }

  private mutating func count(_ client: RedisClient, keys: Keys) async throws(RedisError) {
    for stream in keys.lanes(role) {
      guard let length = try await count(RedisCommand("XLEN", stream), client), length > 0 else { continue }
      let held = try await held(in: stream, keys.roleGroup(role), client)
      inWork += held
      guard length > held else { continue }
      waiting += length - held
      if let first = try await firstWaiting(in: stream, keys.roleGroup(role), client) {
        oldestWaiting = min(oldestWaiting ?? first, first)
      }
    }
    delayed = try await count(RedisCommand("ZCARD", keys.delayed(role)), client) ?? 0
    if delayed > 0 { firstDue = try await firstDue(keys.delayed(role), client) }
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

  /// When the first entry was added that no reader has got yet.
  private mutating func firstWaiting(
    in stream: String, _ group: String, _ client: RedisClient
  ) async throws(RedisError) -> Double? {
    do throws(RedisError) {
      let groups = try await client.send(RedisCommand("XINFO", "GROUPS", stream), effect: .repeatable)
      let last = GroupStatus.lastDelivered(to: group, in: groups) ?? "0-0"
      // There is no command that gives the id alone; one entry is as large as an envelope may be.
      let first = try await StreamScript.firstAfter.call(client, keys: [stream], [last])
      return first.root.string.flatMap { StreamID($0) }.map { Double($0.milliseconds) / 1000 }
    } catch {
      // Gone meanwhile, or something else by now.
      if case .response = error, error.meaning == .wrongType || error.meaning == .final { return nil }
      throw error
    }
  }

  private mutating func firstDue(_ key: String, _ client: RedisClient) async throws(RedisError) -> Double? {
    do throws(RedisError) {
      let reply = try await client.send(
        RedisCommand("ZRANGE", key, "0", "0", "WITHSCORES"), effect: .repeatable)
      let pair = reply.root.elements.map(Array.init) ?? []
      return pair.count == 2 ? pair[1].string.flatMap { Double($0) }.map { $0 / 1000 } : nil
    } catch {
      guard error.meaning == .wrongType else { throw error }
      isBroken = true
      return nil
    }
  }
}
