import Glibc
import NIOCore
import NIOPosix
import NIOSSL

/// Makes a connection and brings it to where it can be used: encrypted, authenticated, its database selected, its
/// name set. Whatever is in the way, the server can't be reached.
@IOActor
struct ConnectionAttempt {
  private struct Obstacle: Error {
    let why: String

    static let closedAtOnce = Obstacle(why: "the connection closed at once")
  }

  let settings: RedisConnectionSettings

  func run() async throws(RedisError) -> RedisConnection {
    do throws(Obstacle) {
      return try await open()
    } catch {
      throw .unreachable(address: settings.address.description, why: error.why)
    }
  }

  private func open() async throws(Obstacle) -> RedisConnection {
    let password = try await readPassword()
    let context = try await encryption()
    let channel = try await connect()
    let connection = RedisConnection(channel: channel, settings: settings)
    do throws(Obstacle) {
      let handshake = try addHandlers(to: channel, context: context, connection.handler)
      if let failure = await handshake?.outcome(within: settings.connectTimeout) {
        throw Obstacle(why: failure.description)
      }
      try await introduce(connection, password: password)
    } catch {
      connection.close()
      throw error
    }
    return connection
  }

  private func readPassword() async throws(Obstacle) -> String? {
    guard let file = settings.passwordFile else { return settings.address.password }
    do {
      // Reads a file: not on the event loop.
      return try await NIOThreadPool.singleton.runIfActive { try SecretFile.read(file) }
    } catch {
      throw Obstacle(why: "the password can't be read from \(error)")
    }
  }

  private func encryption() async throws(Obstacle) -> NIOSSLContext? {
    guard settings.address.isEncrypted else { return nil }
    do throws(TLSFailure) {
      return try await settings.tls.context()
    } catch {
      throw Obstacle(why: error.description)
    }
  }

  private func connect() async throws(Obstacle) -> any Channel {
    let bootstrap = ClientBootstrap(group: IOActor.eventLoop).connectTimeout(settings.connectTimeout)
    do {
      switch settings.address.endpoint {
      case .tcp(let host, let port):
        return try await Self.keptAlive(bootstrap).channelOption(.tcpOption(.tcp_nodelay), value: 1)
          .connect(host: host, port: port).get()
      case .unix(let path): return try await bootstrap.connect(unixDomainSocketPath: path).get()
      }
    } catch {
      throw Obstacle(why: Self.why(error))
    }
  }

  /// Has the system ask a server that says nothing whether it is there, so that a read that blocks need not end for that.
  private static func keptAlive(_ bootstrap: ClientBootstrap) -> ClientBootstrap {
    let (silence, interval, attempts) = (5, 2, 3)  // seconds, and how often
    return bootstrap.channelOption(.socketOption(.so_keepalive), value: 1)
      .channelOption(.tcpOption(.init(rawValue: TCP_KEEPIDLE)), value: .init(silence))
      .channelOption(.tcpOption(.init(rawValue: TCP_KEEPINTVL)), value: .init(interval))
      .channelOption(.tcpOption(.init(rawValue: TCP_KEEPCNT)), value: .init(attempts))
  }

  private static func why(_ error: any Error) -> String {
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

  /// All in one turn of the loop, so that no word of the server is missed, and its first counts.
  private func addHandlers(
    to channel: any Channel, context: NIOSSLContext?, _ handler: RedisChannelHandler
  ) throws(Obstacle) -> TLSHandshake? {
    var handshake: TLSHandshake?
    if let context, case .tcp(let host, _) = settings.address.endpoint {
      do throws(TLSFailure) {
        handshake = try settings.tls.encrypt(channel, host: host, context: context)
      } catch {
        throw Obstacle(why: error.description)
      }
    }
    do {
      try channel.pipeline.syncOperations.addHandler(RedisInboundAdapter(handler))
    } catch {
      throw .closedAtOnce
    }
    guard channel.isActive else { throw .closedAtOnce }
    return handshake
  }

  private func introduce(_ connection: RedisConnection, password: String?) async throws(Obstacle) {
    let address = settings.address
    do throws(RedisError) {
      if let password {
        var command = RedisCommand("AUTH")
        if let user = address.user { command.append(user) }
        command.append(password)
        try await authenticate(connection, command)
      }
      if address.database != 0 {
        _ = try await connection.send(RedisCommand("SELECT", String(address.database)))
      }
      _ = try await connection.send(RedisCommand("CLIENT", "SETNAME", settings.name))
      connection.clientID = try await connection.send(RedisCommand("CLIENT", "ID")).root.integer ?? 0
    } catch .response(let text) {
      throw Obstacle(why: text)
    } catch .connectionLost(let why) {
      guard case .tcp = address.endpoint, !address.isEncrypted else { throw Obstacle(why: why) }
      throw Obstacle(why: why + "; a server with TLS wants rediss://")
    } catch {
      throw Obstacle(why: error.description)
    }
  }

  /// A server that does not know a command repeats its arguments, and here these are secrets.
  private func authenticate(_ connection: RedisConnection, _ command: RedisCommand) async throws(RedisError) {
    do throws(RedisError) {
      _ = try await connection.send(command)
    } catch .response(let text) where text.contains("unknown command") {
      throw .response("ERR the server does not know the command AUTH; name an address without a password")
    }
  }
}
