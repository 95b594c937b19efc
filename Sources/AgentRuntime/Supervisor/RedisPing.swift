import AgentStreams
import Glibc

/// One PING over a unix socket, in plain bytes.
enum RedisPing {
  /// How long one answer is waited for; the supervisor does nothing else meanwhile.
  static let limitMilliseconds: Int32 = 100

  /// False also while the server is still loading its data.
  static func isAnswered(socketPath: String) -> Bool {
    guard var address = RedisDiscovery.unixAddress(path: socketPath) else { return false }
    let number = socket(
      AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue), 0)
    guard number >= 0 else { return false }
    let descriptor = OwnedDescriptor(number)
    let length = socklen_t(MemoryLayout<sockaddr_un>.size)
    // SAFETY: the pointer is to a live sockaddr_un and is used only within the closure.
    let connected = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(number, $0, length) }
    }
    guard connected == 0 else { return false }
    return withExtendedLifetime(descriptor) { exchange(on: number) }
  }

  private static func exchange(on number: Int32) -> Bool {
    let question = Array("PING\r\n".utf8)
    // MSG_NOSIGNAL: a server that has just gone must not end us by SIGPIPE.
    guard send(number, question, question.count, Int32(MSG_NOSIGNAL)) == question.count else {
      return false
    }
    var waiting = pollfd(fd: number, events: Int16(POLLIN), revents: 0)
    guard poll(&waiting, 1, limitMilliseconds) == 1 else { return false }
    var answer = [UInt8](repeating: 0, count: 64)
    let count = read(number, &answer, answer.count)
    return count > 0 && answer[..<count].starts(with: "+PONG".utf8)
  }
}
