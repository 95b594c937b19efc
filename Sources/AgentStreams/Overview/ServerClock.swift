package import RedisClient

/// The server's clock.
@IOActor
package enum ServerClock {
  /// Seconds since 1970.
  package static func read(_ client: RedisClient) async throws(RedisError) -> Double {
    let reply = try await client.send(RedisCommand("TIME"), effect: .repeatable)
    let parts = reply.root.elements?.compactMap { $0.string.flatMap { Double($0) } } ?? []
    guard parts.count == 2 else { throw .unexpectedReply(command: "TIME") }
    return parts[0] + parts[1] / 1e6
  }
}

/// By how much a clock goes before the server's.
package struct ClockSkew: Sendable, Equatable {
  /// Seconds; below zero: it goes behind.
  package var seconds: Double
  /// By how much that may be wrong: half of the time that the question took.
  package var error: Double

  package init(seconds: Double, error: Double) {
    self.seconds = seconds
    self.error = error
  }

  /// `before` and `after`: our clock when the server was asked and when it had answered.
  package init(server: Double, before: Double, after: Double) {
    seconds = (before + after) / 2 - server
    error = max(0, after - before) / 2
  }

  /// What is certain of it.
  package var certain: Double { max(0, seconds.magnitude - error) }

  @IOActor
  package static func measure(_ client: RedisClient) async throws(RedisError) -> ClockSkew {
    let before = WallClock.now()
    let server = try await ServerClock.read(client)
    return ClockSkew(server: server, before: before, after: WallClock.now())
  }
}
