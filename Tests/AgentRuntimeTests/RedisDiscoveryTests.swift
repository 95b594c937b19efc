import AgentStreams
import Glibc
import Testing

@Suite("Redis discovery")
struct RedisDiscoveryTests {
  private let directory: TemporaryDirectory
  private let environment: [String: String]

  init() throws {
    directory = try TemporaryDirectory()
    environment = ["AGENTHOST_DATA_DIR": directory.path]
  }

  /// A listening socket on a free port of this machine.
  private func listener() throws -> (descriptor: Int32, port: UInt16) {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(INADDR_LOOPBACK).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    // SAFETY: the pointer is to a live sockaddr_in and is used only within the closure.
    let bound = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
        bind(descriptor, address, length) == 0 && listen(descriptor, 4) == 0
          && getsockname(descriptor, address, &length) == 0
      }
    }
    try #require(bound, "no port to listen on")
    return (descriptor, UInt16(bigEndian: address.sin_port))
  }

  @Test func whatIsConfiguredIsTakenUnread() throws {
    let found = try RedisDiscovery.discover(configuredURL: "redis://elsewhere:1/2", environment: [:])
    #expect(found == .configured(url: "redis://elsewhere:1/2"))
    #expect(found.url == "redis://elsewhere:1/2")
  }

  @Test func aServerOnTheDefaultPortIsFoundAndThenNothing() throws {
    let (descriptor, port) = try listener()
    let found = try RedisDiscovery.discover(configuredURL: "", environment: environment, localPort: port)
    #expect(found == .localServer(port: port))
    #expect(found.url == "redis://127.0.0.1:\(port)/0")
    close(descriptor)
    let none = try RedisDiscovery.discover(configuredURL: nil, environment: environment, localPort: port)
    #expect(none == .none(dataDirectory: directory.path))
    #expect(none.url == nil)
  }

  @Test func aSocketFileCountsOnlyWhileSomebodyListens() throws {
    let path = RedisDiscovery.socketPath(dataDirectory: directory.path)
    let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    var address = try #require(RedisDiscovery.unixAddress(path: path))
    // SAFETY: the pointer is to a live sockaddr_un and is used only within the closure.
    let bound = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size)) == 0
      }
    }
    try #require(bound && listen(descriptor, 4) == 0)
    let (local, port) = try listener()
    defer { close(local) }
    let live = try RedisDiscovery.discover(configuredURL: nil, environment: environment, localPort: port)
    #expect(live == .privateServer(socketPath: path))
    #expect(live.url == "unix://\(path)")
    close(descriptor)
    #expect(access(path, F_OK) == 0)
    let stale = try RedisDiscovery.discover(configuredURL: nil, environment: environment, localPort: port)
    #expect(stale == .localServer(port: port))
  }

  @Test(
    "The data folder is the first that is set",
    arguments: [
      (["AGENTHOST_DATA_DIR": "/a/", "XDG_STATE_HOME": "/b", "HOME": "/c"], "/a"),
      (["AGENTHOST_DATA_DIR": "", "XDG_STATE_HOME": "/b", "HOME": "/c"], "/b/agenthost"),
      (["XDG_STATE_HOME": "", "HOME": "/c"], "/c/.local/state/agenthost"),
      (["HOME": "/"], "/.local/state/agenthost"),
    ])
  func dataDirectory(environment: [String: String], expected: String) throws {
    #expect(try RedisDiscovery.dataDirectory(environment: environment) == expected)
  }

  @Test func aRelativeDataFolderIsRefusedByName() {
    let error = #expect(throws: DataDirectoryError.self) {
      try RedisDiscovery.dataDirectory(environment: ["XDG_STATE_HOME": "state", "HOME": "/c"])
    }
    #expect(error == .notAbsolute(variable: "XDG_STATE_HOME", value: "state"))
    #expect(error?.description.contains("XDG_STATE_HOME") == true)
  }

  @Test func noDataFolderAtAllIsAnError() {
    let error = #expect(throws: DataDirectoryError.self) {
      try RedisDiscovery.dataDirectory(environment: [:])
    }
    #expect(error == .unknown)
  }
}
