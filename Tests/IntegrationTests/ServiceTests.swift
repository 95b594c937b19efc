import Foundation
import RedisTestServer
import Testing

@Suite("A host that a service manager looks after")
struct ServiceTests {
  private func settings(_ socket: NotifySocket, watchdog: String? = nil) -> [String: String] {
    var settings = ["NOTIFY_SOCKET": socket.name]
    settings["WATCHDOG_USEC"] = watchdog
    return settings
  }

  private func environment(of process: Int32) throws -> [Substring] {
    let bytes = try Data(contentsOf: URL(fileURLWithPath: "/proc/\(process)/environ"))
    return String(decoding: bytes, as: UTF8.self).split(separator: "\0")
  }

  @Test(
    "it says when it is ready and that it ends, and its workers say nothing in its name",
    arguments: ["", "@"])
  func told(prefix: String) async throws {
    let folder = try TemporaryFolder()
    let socket = try NotifySocket(
      prefix.isEmpty ? folder.path(of: "notify") : "@agenthost-\(folder.url.lastPathComponent)")
    let system = try await RunningSystem(["EchoC"], settings: settings(socket))
    try await RedisTestServer.wait(until: "it is ready") { socket.messages == ["READY=1\nSTATUS=serving"] }
    let worker = try system.host.workerProcessIdentifier()
    #expect(try !environment(of: worker).contains { $0.hasPrefix("NOTIFY_SOCKET") })
    try await system.replaceWorker()
    #expect(try await system.host.stop() == 0, "\(system.host.log)")
    #expect(socket.messages.last == "STOPPING=1" && socket.count("STOPPING=1") == 1)
    #expect(socket.count("READY=1\nSTATUS=serving") == 1 && socket.count("WATCHDOG=1") == 0)
  }

  @Test("that it is ready it says until it is heard, once")
  func heardLater() async throws {
    let folder = try TemporaryFolder()
    let name = folder.path(of: "notify")
    let system = try await RunningSystem(["EchoC"], settings: ["NOTIFY_SOCKET": name])
    let socket = try NotifySocket(name)
    try await RedisTestServer.wait(until: "it is ready") { socket.messages == ["READY=1\nSTATUS=serving"] }
    #expect(try await system.host.stop() == 0, "\(system.host.log)")
    #expect(socket.messages == ["READY=1\nSTATUS=serving", "STOPPING=1"])
  }

  @Test("the watchdog is fed by the worker's progress: not while that stands still")
  func watchdog() async throws {
    let folder = try TemporaryFolder()
    let socket = try NotifySocket(folder.path(of: "notify"))
    let system = try await RunningSystem(["EchoC"], settings: settings(socket, watchdog: "300000"))
    try await RedisTestServer.wait(until: "it is fed") { socket.count("WATCHDOG=1") >= 4 }
    let worker = try system.host.workerProcessIdentifier()
    kill(worker, SIGSTOP)
    // What the worker has said before is passed on first.
    var (before, since) = (0, ContinuousClock.now)
    try await RedisTestServer.wait(until: "nobody has fed it for six intervals") {
      let count = socket.count("WATCHDOG=1")
      if count != before { (before, since) = (count, .now) }
      return .now - since > .milliseconds(600)
    }
    kill(worker, SIGCONT)
    try await RedisTestServer.wait(until: "it is fed again") { socket.count("WATCHDOG=1") >= before + 3 }
    #expect(try await system.host.stop() == 0, "\(system.host.log)")
  }

  @Test("while no worker can serve it is the supervisor that feeds it")
  func withoutWorker() async throws {
    let folder = try TemporaryFolder()
    let socket = try NotifySocket(folder.path(of: "notify"))
    let system = try await RunningSystem(
      ["TestAgents"],
      settings: settings(socket, watchdog: "300000").merging([
        "TEST_START_FILE": folder.path(of: "start")
      ]) { $1 }, workers: 0)
    try await system.host.waitForLog("slow: starts")
    let message = "WATCHDOG=1\nSTATUS=no worker serves; the log says why"
    try await RedisTestServer.wait(until: "it is fed") { socket.count(message) >= 3 }
    #expect(!socket.messages.contains { $0.hasPrefix("READY") })
    try Data().write(to: URL(fileURLWithPath: folder.path(of: "start")))
    try await system.host.waitUntilReady()
    #expect(try await system.host.stop() == 0, "\(system.host.log)")
  }

  @Test("the unit and the container's recipe set what there is to set, and start what there is to start")
  func packaging() async throws {
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("../..")
    let shown = try await Finished.agenthost("config", "show", "--json", settings: [:])
    for name in ["agenthost.service", "Containerfile"] {
      let text = try String(contentsOf: root.appendingPathComponent("Packaging/\(name)"), encoding: .utf8)
      let variables = text.matches(of: /(?:^Environment=|^ENV |[ ])([A-Z][A-Z_]+)=/.anchorsMatchLineEndings())
        .map { String($0.1) }
      #expect(variables.count > 2)
      for variable in variables {
        #expect(shown.output.contains("\"\(variable)\""), "\(variable) in \(name)")
      }
    }
    let unit = try String(
      contentsOf: root.appendingPathComponent("Packaging/agenthost.service"), encoding: .utf8)
    for line in ["Type=notify", "ExecStart=/usr/bin/agenthost run", "WatchdogSec=30", "KillMode=mixed"] {
      #expect(unit.contains("\n\(line)\n"))
    }
  }
}
