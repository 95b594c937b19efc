package import Logging
import NIOCore
package import RedisClient

/// Sees that readers go on: one whose read neither ends nor fails gets a new connection. Every wait of a reader for
/// the server has a limit of its own; this is for what those have missed.
@IOActor
package final class ReaderWatchdog {
  private static let interval = Duration.seconds(5)

  private let readers: @IOActor () -> [RoleConsumer]
  private let logger: Logger

  package init(logger: Logger, readers: @escaping @IOActor () -> [RoleConsumer]) {
    self.readers = readers
    self.logger = logger
  }

  /// Looks until the task is cancelled.
  package func run() async {
    // Cancelled: the host ends.
    while (try? await IOActor.sleep(untilNext: Self.interval)) != nil { look(at: .now()) }
  }

  func look(at now: NIODeadline) {
    for reader in readers() where reader.isStalled(at: now) {
      logger.error(
        "a read of \(reader.name) has neither ended nor failed in time; its connection is made anew")
      reader.reconnect()
    }
  }
}
