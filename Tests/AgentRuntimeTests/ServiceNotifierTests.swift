import Glibc
import Logging
import Testing

@testable import AgentRuntime

@Suite struct ServiceNotifierTests {
  /// What is said to a service manager.
  private final class Manager {
    let path: String
    private let descriptor: Int32

    init(_ path: String) throws {
      self.path = path
      descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue), 0)
      var address = sockaddr_un()
      address.sun_family = sa_family_t(AF_UNIX)
      withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
      let length = socklen_t(MemoryLayout<sockaddr_un>.size)
      let bound = withUnsafePointer(to: &address) { address in
        // SAFETY: the pointer is to a live sockaddr_un, of which `length` bytes are read.
        address.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(descriptor, $0, length) }
      }
      try #require(bound == 0)
    }

    deinit { close(descriptor) }

    var messages: [String] {
      var (messages, buffer) = ([String](), [UInt8](repeating: 0, count: 4096))
      while case let count = recv(descriptor, &buffer, buffer.count, 0), count > 0 {
        messages.append(String(decoding: buffer[..<count], as: UTF8.self))
      }
      return messages
    }
  }

  @Test(arguments: [true, false])
  func `That it stops is the last that is said, though a worker begins to serve then`(wasReady: Bool) throws {
    let folder = try TemporaryDirectory()
    let manager = try Manager(folder.path + "/notify")
    let notifier = try #require(
      ServiceNotifier(["NOTIFY_SOCKET": manager.path], logger: Logger(label: "test")))
    if wasReady { notifier.workerIsReady(now: .zero) }
    notifier.stops()
    notifier.workerIsReady(now: .seconds(1))
    notifier.timer(now: .seconds(9), isServing: true)
    #expect(manager.messages == (wasReady ? ["READY=1\nSTATUS=serving"] : []) + ["STOPPING=1"])
  }
}
