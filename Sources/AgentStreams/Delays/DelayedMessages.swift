package import Logging
package import RedisClient

/// Moves the delayed messages of roles into their streams when they are due. Every host does it, for the roles that
/// it serves; each message is moved once, by the server's clock.
@IOActor
package final class DelayedMessages {
  /// Messages moved by one call.
  private static let maximumBatch = 100
  /// How late a message that became known to nobody here may be looked for.
  private static let interval = Duration.milliseconds(200)
  /// How often is looked where nothing is delayed.
  private static let idleInterval = Duration.milliseconds(500)

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
    while (try? await IOActor.sleep(for: wait)) != nil {
      wait = Self.idleInterval
      for role in roles() {
        do throws(RedisError) {
          if let next = try await moveDue(role) { wait = min(wait, max(.milliseconds(1), next)) }
        } catch {
          client.warn("moving delayed messages of \(role) failed", error)
        }
      }
    }
  }

  /// Moves what is due. Returns in how long to look again; nil when nothing is delayed.
  func moveDue(_ role: String) async throws(RedisError) -> Duration? {
    while true {
      let reply = try await StreamScript.moveDue.call(
        client,
        keys: [
          keys.delayed(role), keys.roleStream(role), keys.roleStream(role, .high),
          keys.roleStream(role, .low),
        ], [String(Self.maximumBatch)])
      guard var parts = reply.root.elements, let moved = parts.next()?.integer,
        let next = parts.next()?.integer
      else { throw .unexpectedReply(command: "the script that moves delayed messages") }
      if moved == Self.maximumBatch { continue }
      return next < 0 ? nil : min(.milliseconds(next), Self.interval)
    }
  }
}
