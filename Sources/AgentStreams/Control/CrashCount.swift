package import NIOCore
package import RedisClient

/// Counts the workers that an agent's code has killed, over all hosts.
package struct CrashCount: Sendable {
  package struct Result: Sendable, Equatable {
    /// Workers killed within the window.
    package let count: Int
    /// Whether that was one too many.
    package let isQuarantined: Bool
  }

  private let keys: Keys
  private let window: TimeAmount
  private let limit: Int

  /// `limit` workers within `window` are too many.
  package init(keys: Keys, window: TimeAmount, limit: Int) {
    self.keys = keys
    self.window = window
    self.limit = limit
  }

  /// Counts the worker of this incarnation once, however often it is called.
  @IOActor
  package func count(
    _ incarnation: String, hash: String, _ quarantine: Quarantine, client: RedisClient
  ) async throws(RedisError) -> Result {
    let reply = try await StreamScript.countCrash.call(
      client, keys: [keys.crashes(hash), keys.desired],
      [
        incarnation, String(window.nanoseconds / 1_000_000), String(limit),
        DesiredState.quarantinePrefix + hash, quarantine.json, keys.broadcastAll, DesiredChange.look,
      ])
    guard var elements = reply.root.elements, let count = elements.next()?.integer,
      let isQuarantined = elements.next()?.integer
    else { throw .unexpectedReply(command: "the script that counts crashes") }
    return Result(count: count, isQuarantined: isQuarantined == 1)
  }

  /// How many workers have been killed by code of these hashes within the window, by the hash. `time`: the server's.
  @IOActor
  package func read(
    _ hashes: [String], at time: Double, client: RedisClient
  ) async throws(RedisError) -> [String: Int] {
    let oldest = Int64(time * 1000) - window.nanoseconds / 1_000_000
    var counts: [String: Int] = [:]
    for hash in hashes {
      let reply = try await client.send(
        RedisCommand("ZCOUNT", keys.crashes(hash), String(oldest), "+inf"), effect: .repeatable)
      counts[hash] = reply.root.integer ?? 0
    }
    return counts
  }
}
