import Glibc

/// Where monitors are listened to, as a setting has it: `127.0.0.1:9464`, `[::1]:9464` or `name:9464`.
package struct ListenAddress: Sendable, Equatable {
  package let host: String
  package let port: UInt16

  /// Nil where it is none.
  package init?(_ text: String) {
    guard let colon = text.lastIndex(of: ":"), let port = UInt16(text[text.index(after: colon)...]), port > 0
    else { return nil }
    var host = text[..<colon]
    if host.hasPrefix("["), host.hasSuffix("]") {
      host = host.dropFirst().dropLast()
    } else if host.contains(":") {
      return nil
    }
    guard !host.isEmpty else { return nil }
    self.host = String(host)
    self.port = port
  }
}

/// A socket that listens, for whichever process takes its connections: those that come while one takes the place of
/// another wait.
package enum ListeningSocket {
  private static let backlog: Int32 = 64

  package static func open(_ address: ListenAddress) throws(SystemCallError) -> OwnedDescriptor {
    let subject = "\(address.host), port \(address.port)"
    var hints = addrinfo()
    hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
    hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV
    var found: UnsafeMutablePointer<addrinfo>?
    guard getaddrinfo(address.host, String(address.port), &hints, &found) == 0, let found else {
      throw SystemCallError("find", subject, code: EADDRNOTAVAIL)
    }
    defer { freeaddrinfo(found) }
    // SAFETY: the list that the system has made, until it is freed above.
    let first = found.pointee
    let number = socket(
      first.ai_family, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue), 0)
    guard number >= 0 else { throw SystemCallError("open a socket for", subject) }
    let descriptor = OwnedDescriptor(number)
    var isOn: Int32 = 1
    setsockopt(number, SOL_SOCKET, SO_REUSEADDR, &isOn, socklen_t(MemoryLayout<Int32>.size))
    guard bind(number, first.ai_addr, first.ai_addrlen) == 0, listen(number, backlog) == 0 else {
      throw SystemCallError("listen on", subject)
    }
    return descriptor
  }
}
