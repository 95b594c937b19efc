import Glibc
package import NIOCore
import NIOPosix

/// How to connect, and how long to wait.
package struct RedisConnectionSettings: Sendable {
  package var address: RedisAddress
  /// `REDIS_SOCKET_CONNECT_TIMEOUT`.
  package var connectTimeout: TimeAmount
  /// `REDIS_MAX_CONNECTIONS`: of the pool; connections of those that block come on top.
  package var maximumConnections = 20
  /// `REDIS_RETRY_ATTEMPTS`: how often a command is sent again.
  package var retryAttempts = 3
  /// `REDIS_SOCKET_TIMEOUT`: for the answer to a command that does not block.
  package var commandTimeout: TimeAmount
  /// For an address with `rediss://`.
  package var tls = RedisTLS()
  /// `AGENTHOST_REDIS_PASSWORD_FILE`: read at every new connection, so that a password may change while we run.
  package var passwordFile: String?
  package var replyLimits = RedisReplyLimits()
  /// What `CLIENT LIST` shows.
  package var name: String

  package init(
    address: RedisAddress, connectTimeout: TimeAmount = .seconds(5), commandTimeout: TimeAmount = .seconds(5),
    name: String
  ) {
    self.address = address
    self.connectTimeout = connectTimeout
    self.commandTimeout = commandTimeout
    self.name = name
  }
}

/// One connection, ready for use: authenticated, its database selected, its name set.
/// Commands are pipelined: any number may wait at once, and are answered in order.
@IOActor
package final class RedisConnection: PooledConnection {
  /// What a blocked command may take beyond the time that it blocks for.
  private static let blockingMargin = TimeAmount.seconds(5)

  private let handler: RedisChannelHandler
  private let channel: any Channel
  private let settings: RedisConnectionSettings
  /// The server's number for this connection, for `CLIENT UNBLOCK`.
  package private(set) var clientID = 0

  private init(channel: any Channel, settings: RedisConnectionSettings) {
    self.channel = channel
    self.settings = settings
    handler = RedisChannelHandler(channel: channel, limits: settings.replyLimits)
  }

  package static func open(_ settings: RedisConnectionSettings) async throws(RedisError) -> RedisConnection {
    let password = try await readPassword(settings)
    let channel = try await connectChannel(settings)
    if settings.address.isEncrypted { try await encrypt(channel, settings) }
    let connection = RedisConnection(channel: channel, settings: settings)
    do {
      try channel.pipeline.syncOperations.addHandler(RedisInboundAdapter(connection.handler))
    } catch {
      throw .unreachable(address: settings.address.description, why: "the connection closed at once")
    }
    guard channel.isActive else {
      connection.close()
      throw .unreachable(address: settings.address.description, why: "the connection closed at once")
    }
    do throws(RedisError) {
      try await connection.introduce(password: password)
    } catch {
      connection.close()
      // Who is not let in can't reach the server, whatever the command was that it was told by.
      throw .unreachable(address: settings.address.description, why: Self.why(error))
    }
    return connection
  }

  private static func connectChannel(
    _ settings: RedisConnectionSettings
  ) async throws(RedisError) -> any Channel {
    let bootstrap = ClientBootstrap(group: IOActor.eventLoop)
      .connectTimeout(settings.connectTimeout)
      .channelOption(.tcpOption(.tcp_nodelay), value: 1)
    let plain = ClientBootstrap(group: IOActor.eventLoop).connectTimeout(settings.connectTimeout)
    do {
      switch settings.address.endpoint {
      case .tcp(let host, let port): return try await bootstrap.connect(host: host, port: port).get()
      case .unix(let path): return try await plain.connect(unixDomainSocketPath: path).get()
      }
    } catch {
      throw .unreachable(address: settings.address.description, why: connectFailure(error))
    }
  }

  /// What went wrong while the connection was made ready.
  private static func why(_ error: RedisError) -> String {
    switch error {
    case .response(let text): text
    case .connectionLost(let why): why
    default: error.description
    }
  }

  private static func connectFailure(_ error: any Error) -> String {
    var cause = error
    if let refused = error as? NIOConnectionError {
      if let first = refused.connectionErrors.first {
        cause = first.error
      } else if refused.dnsAError != nil || refused.dnsAAAAError != nil {
        return "the host's name is not known"
      }
    }
    if let system = cause as? IOError { return String(cString: strerror(system.errnoCode)) }
    return String(describing: cause)
  }

  private static func readPassword(_ settings: RedisConnectionSettings) async throws(RedisError) -> String? {
    guard let file = settings.passwordFile else { return settings.address.password }
    do {
      // Reads a file: not on the event loop.
      return try await NIOThreadPool.singleton.runIfActive { try SecretFile.read(file) }
    } catch {
      throw .unreachable(
        address: settings.address.description, why: "the password can't be read from \(error)")
    }
  }

  private static func encrypt(
    _ channel: any Channel, _ settings: RedisConnectionSettings
  ) async throws(RedisError) {
    guard case .tcp(let host, _) = settings.address.endpoint else { return }
    do throws(TLSFailure) {
      try await settings.tls.encrypt(channel, host: host, within: settings.connectTimeout)
    } catch {
      channel.close(promise: nil)
      throw .unreachable(address: settings.address.description, why: error.description)
    }
  }

  private func introduce(password: String?) async throws(RedisError) {
    let address = settings.address
    if let password {
      var command = RedisCommand("AUTH")
      if let user = address.user { command.append(user) }
      command.append(password)
      _ = try await send(command)
    }
    if address.database != 0 {
      _ = try await send(RedisCommand("SELECT", String(address.database)))
    }
    _ = try await send(RedisCommand("CLIENT", "SETNAME", settings.name))
    clientID = try await send(RedisCommand("CLIENT", "ID")).root.integer ?? 0
  }

  package var isOpen: Bool { handler.isOpen }

  var bytesInFlight: Int { handler.bytesInFlight }

  var commandsInFlight: Int { handler.pendingCount }

  /// Called once when the connection ends, for whatever reason.
  package func onClose(_ receive: @escaping @IOActor (RedisError) -> Void) {
    handler.receiveClose = receive
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
    handler.sendUnanswered(RedisCommand("PSUBSCRIBE", Self.escapedForPattern(prefix) + "*"))
  }

  /// A pattern's own characters, taken literally.
  private static func escapedForPattern(_ text: String) -> String {
    var escaped = ""
    for character in text {
      if "*?[]\\^-".contains(character) { escaped.append("\\") }
      escaped.append(character)
    }
    return escaped
  }

  package func close() {
    handler.close(.connectionLost(why: "it was closed here"))
  }
}
