package import NIOCore

/// One connection, ready for use: authenticated, its database selected, its name set.
/// Commands are pipelined: any number may wait at once, and are answered in order.
@IOActor
package final class RedisConnection: PooledConnection {
  /// What a blocked command may take beyond the time that it blocks for.
  package nonisolated static let blockingMargin = TimeAmount.seconds(5)

  let handler: RedisChannelHandler
  private let settings: RedisConnectionSettings
  /// The server's number for this connection, for `CLIENT UNBLOCK`.
  package internal(set) var clientID = 0

  init(channel: any Channel, settings: RedisConnectionSettings) {
    self.settings = settings
    handler = RedisChannelHandler(channel: channel, limits: settings.replyLimits)
  }

  package static func open(_ settings: RedisConnectionSettings) async throws(RedisError) -> RedisConnection {
    try await ConnectionAttempt(settings: settings).run()
  }

  package var isOpen: Bool { handler.isOpen }

  var bytesInFlight: Int { handler.bytesInFlight }

  var commandsInFlight: Int { handler.pendingCount }

  /// Called once when the connection ends, for whatever reason; at once, where it has ended.
  package func onClose(_ receive: @escaping @IOActor (RedisError) -> Void) {
    handler.onClose(receive)
  }

  /// Sends a command and waits for its answer. An error that the server answers with is thrown.
  package func send(_ command: consuming RedisCommand) async throws(RedisError) -> RedisReply {
    try await send(command, timeout: settings.commandTimeout)
  }

  /// Sends a command that blocks on the server for at most `block`; nothing else should wait on this connection.
  package func sendBlocking(
    _ command: consuming RedisCommand, block: TimeAmount
  ) async throws(RedisError) -> RedisReply {
    try await send(command, timeout: block + Self.blockingMargin)
  }

  /// Sends commands in one go and waits for the answers to all of them. The first error that the server answers
  /// with is thrown.
  package func send(_ commands: [RedisCommand]) async throws(RedisError) -> [RedisReply] {
    if commands.isEmpty { return [] }
    let answers = CollectedAnswers()
    let results = await withCheckedContinuation { continuation in
      for var command in commands {
        send(command.encode()) { result in
          answers.results.append(result)
          if answers.results.count == commands.count { continuation.resume(returning: answers.results) }
        }
      }
    }
    return try results.map { result throws(RedisError) in try Self.checked(result) }
  }

  private func send(
    _ command: consuming RedisCommand, timeout: TimeAmount
  ) async throws(RedisError) -> RedisReply {
    try await sendEncoded(command.encode(), timeout: timeout)
  }

  /// Sends what is encoded already, so that it may be sent again without a copy.
  func sendEncoded(_ command: ByteBuffer) async throws(RedisError) -> RedisReply {
    try await sendEncoded(command, timeout: settings.commandTimeout)
  }

  private func sendEncoded(_ command: ByteBuffer, timeout: TimeAmount) async throws(RedisError) -> RedisReply
  {
    try Self.checked(
      await withCheckedContinuation { continuation in
        handler.send(command, timeout: timeout) { continuation.resume(returning: $0) }
      })
  }

  /// The same for whoever does not wait as a task.
  func send(_ command: ByteBuffer, completion: @escaping RedisChannelHandler.Completion) {
    handler.send(command, timeout: settings.commandTimeout, completion: completion)
  }

  /// The answer; an error that the server answers with is thrown.
  static func checked(_ result: Result<RedisReply, RedisError>) throws(RedisError) -> RedisReply {
    let reply = try result.get()
    if let text = reply.root.errorText { throw .response(text) }
    return reply
  }

  /// Subscribes to a channel and to all channels that begin with `prefix`; from here on the connection
  /// takes no other command. `subscribed` is called when both stand, `receive` gets every message's
  /// channel and text.
  package func subscribe(
    to channel: String, andAllBeginningWith prefix: String, subscribed: @escaping @IOActor () -> Void,
    receive: @escaping @IOActor (_ channel: String, _ message: String) -> Void
  ) {
    handler.receivePush = { [handler] reply in
      if let text = reply.root.errorText { return handler.close(.response(text)) }
      guard let elements = reply.root.elements else { return }
      let parts = elements.map(\.string)
      if parts.first == "psubscribe" { return subscribed() }
      guard parts.first == "message" || parts.first == "pmessage", let message = parts.last,
        let channel = parts.dropLast().last
      else { return }
      if let channel, let message { receive(channel, message) }
    }
    handler.sendUnanswered(RedisCommand("SUBSCRIBE", channel))
    handler.sendUnanswered(RedisCommand("PSUBSCRIBE", RedisPattern.literal(prefix) + "*"))
  }

  package func close() {
    handler.close(.connectionLost(why: "it was closed here"))
  }
}

/// The answers to commands that were sent in one go, in their order.
@IOActor
private final class CollectedAnswers {
  var results: [Result<RedisReply, RedisError>] = []
}
