package import Logging
package import RedisClient

/// Moves the delayed messages of roles into their streams when they are due. Every host does it, for the roles that
/// it serves; each message is moved once, by the server's clock.
@IOActor
package final class DelayedMessages {
  /// Messages of one role moved by one call.
  private static let maximumBatch = 100
  /// Roles in one call.
  private static let maximumRoles = 50
  /// How late a message that became known to nobody here may be looked for.
  private static let interval = Duration.milliseconds(200)
  /// How often is looked where nothing is delayed.
  private static let idleInterval = Duration.seconds(1)

  private let client: RedisClient
  private let keys: Keys
  private let roles: @IOActor () -> [String]
  private let logger: Logger

  /// `roles`: those that this host serves.
  package init(
    client: RedisClient, keys: Keys, logger: Logger, roles: @escaping @IOActor () -> [String]
  ) {
    self.client = client
    self.keys = keys
    self.roles = roles
    self.logger = logger
  }

  /// Moves until the task is cancelled.
  package func run() async {
    var wait = Self.idleInterval
    // Cancelled: the host ends.
    while await sleep(wait) {
      wait = Self.idleInterval
      let roles = roles()
      for start in stride(from: 0, to: roles.count, by: Self.maximumRoles) {
        do throws(RedisError) {
          let next = try await moveDue(Array(roles[start..<min(roles.count, start + Self.maximumRoles)]))
          if let next { wait = min(wait, max(.milliseconds(1), next)) }
        } catch {
          client.warn("moving delayed messages failed", error)
        }
      }
    }
  }

  /// False where the task was cancelled.
  private func sleep(_ wait: Duration) async -> Bool {
    if wait == Self.idleInterval { return (try? await IOActor.sleep(untilNext: wait)) != nil }
    return (try? await IOActor.sleep(for: wait)) != nil
  }

  /// Moves what is due for `roles`. Returns in how long to look again; nil when nothing is delayed. What one role's keys
  /// are in the way of is no other's concern.
  func moveDue(_ roles: [String]) async throws(RedisError) -> Duration? {
    var left = roles
    var soonest: Duration?
    while !left.isEmpty {
      let results = try await moveOnce(left)
      for (role, result) in zip(left, results) {
        switch result {
        case .moved(_, let next?): soonest = min(soonest ?? Self.interval, next)
        case .moved(_, nil): break
        case .failed(let why): client.warn("moving delayed messages of \(role) failed", .response(why))
        }
      }
      left = zip(left, results).filter { $1.isFull }.map(\.0)
    }
    return soonest
  }

  /// What became of one role's messages.
  private enum Result {
    case moved(Int, next: Duration?)
    case failed(String)

    /// Whether there may be more that are due.
    var isFull: Bool { if case .moved(DelayedMessages.maximumBatch, _) = self { true } else { false } }
  }

  private func moveOnce(_ roles: [String]) async throws(RedisError) -> [Result] {
    let reply = try await StreamScript.moveDue.call(
      client,
      keys: roles.flatMap { role in
        [
          keys.delayed(role), keys.roleStream(role), keys.roleStream(role, .high),
          keys.roleStream(role, .low),
        ]
      }, [String(Self.maximumBatch)])
    guard let elements = reply.root.elements.map(Array.init), elements.count == roles.count else {
      throw .unexpectedReply(command: "the script that moves delayed messages")
    }
    return try elements.map { element throws(RedisError) in
      if let why = element.string { return .failed(why) }
      guard var parts = element.elements, let moved = parts.next()?.integer,
        let next = parts.next()?.integer
      else { throw .unexpectedReply(command: "the script that moves delayed messages") }
      return .moved(moved, next: next < 0 ? nil : .milliseconds(next))
    }
  }
}
