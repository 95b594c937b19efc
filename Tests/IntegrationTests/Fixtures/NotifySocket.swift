import Glibc
import Synchronization

/// Where a service tells its manager how it fares; by a file, or by a name without one.
final class NotifySocket: Sendable {
  /// As the service finds it in its environment.
  let name: String
  private let descriptor: Int32
  private let heard = Mutex<[String]>([])

  init(_ name: String) throws {
    self.name = name
    descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue), 0)
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { room in
      room.copyBytes(from: name.utf8)
      if name.hasPrefix("@") { room[0] = 0 }
    }
    let length = socklen_t(MemoryLayout<sa_family_t>.size + name.utf8.count)
    let bound = withUnsafePointer(to: &address) { address in
      // SAFETY: the pointer is to a live sockaddr_un, of which `length` bytes are read.
      address.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(descriptor, $0, length) }
    }
    guard bound == 0 else { throw FixtureFailure("bind \(name): \(errno)") }
  }

  deinit { close(descriptor) }

  /// All that was said, one after the other.
  var messages: [String] {
    var buffer = [UInt8](repeating: 0, count: 4096)
    while true {
      let count = recv(descriptor, &buffer, buffer.count, 0)
      guard count > 0 else { return heard.withLock { $0 } }
      let message = String(decoding: buffer[..<count], as: UTF8.self)
      heard.withLock { $0.append(message) }
    }
  }

  func count(_ message: String) -> Int { messages.count { $0 == message } }
}
