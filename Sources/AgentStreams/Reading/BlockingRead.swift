import NIOCore
import RedisClient

/// A command that blocks on the server, and that can be ended from outside while it does.
@IOActor
final class BlockingRead {
  /// How long a read that is to end may take to do so before its connection is closed.
  private static let endLimit = Duration.seconds(1)

  private let client: RedisClient
  private var connection: RedisConnection?
  /// Which read it is, of all.
  private var number = 0

  init(client: RedisClient) {
    self.client = client
  }

  var isUnderWay: Bool { connection != nil }

  /// Nil where it `isOver` before it has begun: whoever said so may have found no read to end, since a task may leave its
  /// actor in any call of an asynchronous function.
  func send(
    _ command: consuming RedisCommand, on connection: RedisConnection, block: TimeAmount,
    unless isOver: @IOActor () -> Bool
  ) async throws(RedisError) -> RedisReply? {
    self.connection = connection
    number += 1
    defer { self.connection = nil }
    if isOver() { return nil }
    return try await connection.sendBlocking(command, block: block)
  }

  /// Ends the read that is under way just now, if any is; returns when it is over.
  func end() async {
    guard let connection else { return }
    let read = number
    let deadline = ContinuousClock.now + Self.endLimit
    while isUnderWay, read == number {
      // The server may see this before the read that it is meant to end: said again until it is over.
      // Without a server there is nobody to be told: the connection is closed.
      guard (try? await client.unblock(connection)) != nil, .now < deadline else { return connection.close() }
      try? await IOActor.sleep(for: .milliseconds(2))  // cancelled: the limit decides
    }
  }
}
