package import Glibc

/// Where Redis was found, by the one rule that every verb follows.
package enum RedisLocation: Equatable, Sendable {
  /// The URL that was given, unread.
  case configured(url: String)
  /// A private server answers on this socket.
  case privateServer(socketPath: String)
  /// Something accepts connections on Redis' default port of this machine.
  case localServer(port: UInt16)
  /// Nothing: `run` starts a private server in this folder, other verbs cannot go on.
  case none(dataDirectory: String)

  /// What to connect to; nil when nothing was found.
  package var url: String? {
    switch self {
    case .configured(let url): url
    case .privateServer(let socketPath): "unix://\(socketPath)"
    case .localServer(let port): "redis://127.0.0.1:\(port)/0"
    case .none: nil
    }
  }
}

/// Why no data folder could be told.
package enum DataDirectoryError: Error, Equatable, CustomStringConvertible {
  case notAbsolute(variable: String, value: String)
  case unknown

  package var description: String {
    switch self {
    case .notAbsolute(let variable, let value):
      "\(variable) must be an absolute path, and is \"\(value)\": write the whole path, from / on"
    case .unknown:
      "no data folder: none of AGENTHOST_DATA_DIR, XDG_STATE_HOME and HOME is set; "
        + "set AGENTHOST_DATA_DIR to an absolute path"
    }
  }
}

/// Looks for Redis: what was configured, else a live private server, else the default port.
package enum RedisDiscovery {
  package static let defaultPort: UInt16 = 6379
  /// How long the default port is given to accept; loopback accepts or refuses at once.
  package static let connectLimitMilliseconds: Int32 = 250
  /// What a socket address holds besides the closing zero (`sun_path`, 108 bytes).
  package static let maximumSocketPathBytes = 107

  package static func discover(
    configuredURL: String?, environment: [String: String], localPort: UInt16 = defaultPort
  ) throws(DataDirectoryError) -> RedisLocation {
    if let configuredURL, !configuredURL.isEmpty { return .configured(url: configuredURL) }
    let directory = try dataDirectory(environment: environment)
    let socketPath = socketPath(dataDirectory: directory)
    if acceptsConnections(socketPath: socketPath) { return .privateServer(socketPath: socketPath) }
    if acceptsConnections(localPort: localPort) { return .localServer(port: localPort) }
    return .none(dataDirectory: directory)
  }

  /// An unset and an empty variable are the same.
  package static func dataDirectory(environment: [String: String]) throws(DataDirectoryError) -> String {
    for (variable, below) in [
      ("AGENTHOST_DATA_DIR", ""), ("XDG_STATE_HOME", "/agenthost"), ("HOME", "/.local/state/agenthost"),
    ] {
      guard var folder = environment[variable], !folder.isEmpty else { continue }
      guard folder.hasPrefix("/") else { throw .notAbsolute(variable: variable, value: folder) }
      while folder.count > 1, folder.hasSuffix("/") { folder.removeLast() }
      return folder == "/" && !below.isEmpty ? below : folder + below
    }
    throw .unknown
  }

  package static func socketPath(dataDirectory: String) -> String { dataDirectory + "/redis.sock" }

  /// Whether a server listens on this socket; the file alone says nothing, a killed server leaves it behind.
  package static func acceptsConnections(socketPath: String) -> Bool {
    guard var address = unixAddress(path: socketPath) else { return false }
    let length = socklen_t(MemoryLayout<sockaddr_un>.size)
    // SAFETY: the pointer is to a live sockaddr_un and is used only within the closure.
    return withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { acceptsConnections(AF_UNIX, $0, length) }
    }
  }

  private static func acceptsConnections(localPort: UInt16) -> Bool {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = localPort.bigEndian
    address.sin_addr.s_addr = UInt32(INADDR_LOOPBACK).bigEndian
    let length = socklen_t(MemoryLayout<sockaddr_in>.size)
    // SAFETY: the pointer is to a live sockaddr_in and is used only within the closure.
    return withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { acceptsConnections(AF_INET, $0, length) }
    }
  }

  /// The address of a unix socket; nil when the path does not fit in one.
  package static func unixAddress(path: String) -> sockaddr_un? {
    guard path.utf8.count <= maximumSocketPathBytes else { return nil }
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    // SAFETY: the path is at most 107 bytes and sun_path holds 108, zeroed: the end stays a zero.
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
    return address
  }

  private static func acceptsConnections(
    _ family: Int32, _ address: UnsafePointer<sockaddr>, _ length: socklen_t
  ) -> Bool {
    let flags = Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
    let descriptor = socket(family, flags, 0)
    guard descriptor >= 0 else { return false }
    defer { close(descriptor) }
    if connect(descriptor, address, length) == 0 { return true }
    // A unix socket whose queue is full answers EAGAIN: its server lives.
    if errno == EAGAIN { return true }
    guard errno == EINPROGRESS else { return false }
    var waiting = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
    guard poll(&waiting, 1, connectLimitMilliseconds) == 1 else { return false }
    var failure: Int32 = 0
    var failureLength = socklen_t(MemoryLayout<Int32>.size)
    let asked = getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &failure, &failureLength)
    return asked == 0 && failure == 0
  }
}
