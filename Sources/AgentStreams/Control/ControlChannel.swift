package import Logging
package import RedisClient

/// Listens for commands to hosts on the broadcast channels. What is published while no
/// connection stands is not heard.
@IOActor
package final class ControlChannel {
  /// Whom a command is for.
  package enum Addressee: Sendable, Equatable {
    case all
    case role(String)
  }

  private let client: RedisClient
  private let logger: Logger
  private let keys: Keys
  private var attempt: (@IOActor () -> Void)?
  private let subscribed: @IOActor () -> Void
  private let receive: @IOActor (_ addressee: Addressee, _ message: String) -> Void
  private var connection: RedisConnection?
  private var isQuiet = false

  package init(
    client: RedisClient, keys: Keys, logger: Logger, firstAttempt: @escaping @IOActor () -> Void,
    subscribed: @escaping @IOActor () -> Void = {},
    receive: @escaping @IOActor (_ addressee: Addressee, _ message: String) -> Void
  ) {
    self.client = client
    self.keys = keys
    self.logger = logger
    self.receive = receive
    self.subscribed = subscribed
    attempt = firstAttempt
  }

  package func run() async {
    var backoff = Backoff()
    while !isQuiet {
      do throws(RedisError) {
        try await listen { backoff.reset() }
      } catch {
        attempted()
        if isQuiet { return }
        client.warn("listening for commands failed", error)
        try? await IOActor.sleep(for: backoff.next())  // cancelled: the loop's condition decides
      }
    }
  }

  /// Commands are heard now, or it has been seen that they are not: a host is of use without them too.
  private func attempted() {
    attempt?()
    attempt = nil
  }

  package func quiet() {
    isQuiet = true
    connection?.close()
  }

  private func listen(connected: () -> Void) async throws(RedisError) {
    let connection = try await client.openDedicated(name: "control")
    self.connection = connection
    defer { connection.close() }
    if isQuiet { return }
    connected()
    let roles = keys.broadcastRole("")
    connection.subscribe(
      to: keys.broadcastAll, andAllBeginningWith: roles,
      subscribed: { [weak self] in
        self?.attempted()
        // What was said before went unheard.
        self?.subscribed()
      }
    ) { [receive] channel, message in
      receive(channel.hasPrefix(roles) ? .role(String(channel.dropFirst(roles.count))) : .all, message)
    }
    let error = await withCheckedContinuation { continuation in
      connection.onClose { continuation.resume(returning: $0) }
    }
    throw error
  }
}
