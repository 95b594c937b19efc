import Foundation
import Glibc
import RedisTestServer
import Testing

@Suite("What a host says to monitors")
struct MetricsTests {
  @Test("its pages, with figures that promtool accepts and that are what was done")
  func pages() async throws {
    let monitor = try MonitorClient()
    let system = try await RunningSystem(AgentsFolder.demo + ["TestAgents"], settings: monitor.settings)
    for _ in 0..<5 { _ = try await system.wire.result(of: WireRequest(text: "abc"), from: "manager") }
    let failing = WireRequest(payload: "{}")
    try await system.wire.send(failing, to: "throwing")
    _ = try await system.wire.result(from: failing.resultList)
    try system.server.cli("XADD", "stream:role:reverse", "*", "envelope", "no envelope")
    try await monitor.wait(until: "all is counted") {
      $0["agenthost_messages_total{role=\"manager\",place=\"main\"}"] == 15
        && $0["agenthost_messages_refused_total{role=\"reverse\",place=\"main\"}"] == 1
        && $0["agenthost_role_dead_letters{role=\"reverse\"}"] == 1
    }
    let figures = try await monitor.figures()
    #expect(figures["agenthost_message_seconds_count{role=\"manager\",place=\"main\"}"] == 15)
    #expect(figures["agenthost_message_errors_total{role=\"throwing\",place=\"main\"}"] == 1)
    #expect(figures["agenthost_message_errors_total{role=\"manager\",place=\"main\"}"] == 0)
    #expect(figures["agenthost_commits_total{status=\"done\"}"] == 27)
    #expect(figures["agenthost_role_agents{role=\"uppercase\"}"] == 1)
    #expect(figures["agenthost_role_waiting{role=\"uppercase\"}"] == 0)
    #expect(figures["agenthost_redis_up"] == 1)
    #expect(figures["agenthost_worker_deaths_total{place=\"main\"}"] == 0)
    #expect(figures.keys.contains { $0.hasPrefix("agenthost_library_generation{library=\"ReverseAgent\"") })
    let page = try await monitor.ask("/metrics")
    #expect(page.type == "text/plain; version=0.0.4; charset=utf-8")
    let checked = try await Finished.program(
      Prometheus.program("promtool"), ["check", "metrics"], input: Data(page.body.utf8))
    #expect(checked.status == 0, "\(checked.errors)\(checked.output)")
    #expect(checked.errors + checked.output == "")
    #expect(try await system.host.stop() == 0, "\(system.host.log)")
  }

  @Test("workers that a library's code has killed, and connections to the server")
  func crashes() async throws {
    let monitor = try MonitorClient()
    let system = try await RunningSystem(
      ["TestAgents"], settings: monitor.settings.merging(["AGENTHOST_MAX_DELIVERIES": "2"]) { $1 })
    let id = try await system.wire.send(WireRequest(text: "crash"), to: "crash")
    _ = try await system.wire.deadLetter(of: id, role: "crash")
    try await monitor.wait(until: "both deaths are counted") { figures in
      figures.contains { name, value in
        name.hasPrefix(#"agenthost_library_crashes{library="TestAgents",code="#) && value == 2
      }
    }
    let figures = try await monitor.figures()
    #expect(try #require(figures["agenthost_redis_connections"]) >= 1)
    #expect(figures["agenthost_redis_commands_waiting"] == 0)
    #expect(try await system.host.stop() == 0, "\(system.host.log)")
  }

  @Test("alive, ready, and what there is not")
  func states() async throws {
    let monitor = try MonitorClient()
    let system = try await RunningSystem(settings: monitor.settings)
    #expect(try await monitor.ask("/healthz").body == "alive\n")
    let ready = try await monitor.ask("/readyz?verbose")
    #expect(ready.status == 200 && ready.body == "ready\n")
    #expect(try await monitor.ask("/healthz", method: "HEAD").body == "")
    #expect(try await monitor.ask("/healthz", method: "POST").status == 405)
    #expect(try await monitor.ask("/").status == 404)
    #expect(try await monitor.ask("/" + String(repeating: "x", count: 2000)).status == 404)
    system.server.stop()
    try await RedisTestServer.wait(until: "it is not ready without a server") {
      try await monitor.ask("/readyz").status == 503
    }
    #expect(try await monitor.ask("/readyz").body == "there is no connection to Redis\n")
    #expect(try await monitor.ask("/healthz").status == 200)
    let figures = try await monitor.figures()
    #expect(figures["agenthost_redis_up"] == 0)
    #expect(figures.keys.contains { $0.hasPrefix("agenthost_build_info{version=") })
    try await system.server.restart()
    try await RedisTestServer.wait(until: "it is ready again") {
      try await monitor.ask("/readyz").status == 200
    }
    #expect(try await system.host.stop() == 0, "\(system.host.log)")
  }

  @Test("a successor answers in the place of a worker that died, and says so")
  func replaced() async throws {
    let monitor = try MonitorClient()
    let system = try await RunningSystem(settings: monitor.settings)
    let worker = try system.host.workerProcessIdentifier()
    kill(worker, SIGKILL)
    try await system.host.waitForAnotherWorker(than: worker)
    try await monitor.wait(until: "a death is known") {
      $0["agenthost_worker_deaths_total{place=\"main\"}"] == 1
    }
    #expect(try await system.host.stop() == 0, "\(system.host.log)")
  }

  @Test("isolated places are part of the host")
  func isolated() async throws {
    let monitor = try MonitorClient()
    let system = try await RunningSystem(
      settings: monitor.settings, said: ["ReverseAgent": "isolate: true\n"], workers: 2)
    _ = try await system.wire.result(of: WireRequest(text: "abc"), from: "manager")
    try await monitor.wait(until: "the isolated agent's work is counted") { figures in
      figures.contains {
        $0.key.hasPrefix("agenthost_messages_total{role=\"reverse\"") && !$0.key.contains("main")
          && $0.value == 1
      }
    }
    #expect(try await system.host.stop() == 0, "\(system.host.log)")
  }

  @Test("a real Prometheus scrapes it")
  func scraped() async throws {
    let monitor = try MonitorClient()
    let system = try await RunningSystem(settings: monitor.settings)
    for _ in 0..<3 { _ = try await system.wire.result(of: WireRequest(text: "abc"), from: "manager") }
    let folder = try TemporaryFolder()
    try Data(Prometheus.configuration(scraping: monitor.address).utf8)
      .write(to: URL(filePath: folder.path(of: "prometheus.yml")))
    let own = try MonitorClient()
    let prometheus = try ChildProgram(
      Prometheus.program("prometheus"),
      [
        "--config.file=\(folder.path(of: "prometheus.yml"))",
        "--storage.tsdb.path=\(folder.path(of: "data"))",
        "--web.listen-address=\(own.address)",
      ])
    let query = "/api/v1/query?query=agenthost_messages_total%7Brole%3D%22manager%22%7D"
    try await RedisTestServer.wait(until: "Prometheus knows what was done") {
      // It may not listen yet.
      let answer = (try? await own.ask(query).body) ?? prometheus.errors
      return answer.contains("\"9\"]")
    }
    prometheus.send(SIGTERM)
    _ = try await prometheus.exitStatus()
    #expect(try await system.host.stop() == 0, "\(system.host.log)")
  }

  @Test("an address that is taken, or that is none, is said before anything begins")
  func taken() async throws {
    let monitor = try MonitorClient()
    let system = try await RunningSystem(settings: monitor.settings)
    let second = try HostProcess(
      redis: system.server.url, agents: system.agents.path, settings: monitor.settings)
    #expect(try await second.exitStatus() == 3)
    #expect(second.log.contains("AGENTHOST_METRICS: listen on 127.0.0.1, port"), "\(second.log)")
    #expect(try await system.host.stop() == 0, "\(system.host.log)")
  }

  @Test("a server that stands still keeps no monitor waiting")
  func stalled() async throws {
    let monitor = try MonitorClient()
    let system = try await RunningSystem(settings: monitor.settings)
    _ = try await system.wire.result(of: WireRequest(text: "abc"), from: "manager")
    kill(system.server.processIdentifier, SIGSTOP)
    let start = ContinuousClock.now
    let figures = try await monitor.figures()
    #expect(ContinuousClock.now - start < .seconds(10), "the server's commands have 5 s each")
    #expect(figures["agenthost_messages_total{role=\"manager\",place=\"main\"}"] == 3)
    kill(system.server.processIdentifier, SIGCONT)
    #expect(try await system.host.stop() == 0, "\(system.host.log)")
  }

  @Test("who connects and says nothing, or little, keeps nobody from work, and is sent away")
  func silent() async throws {
    let monitor = try MonitorClient()
    let system = try await RunningSystem(settings: monitor.settings)
    let port = try #require(UInt16(monitor.address.split(separator: ":")[1]))
    let sockets = (0..<100).map { _ in Self.connect(port) }
    defer { for socket in sockets { close(socket) } }
    for _ in 0..<3 { _ = try await system.wire.result(of: WireRequest(text: "abc"), from: "manager") }
    try await RedisTestServer.wait(until: "it answers again") {
      for socket in sockets { _ = send(socket, "G", 1, Int32(MSG_NOSIGNAL)) }
      // Closed while others have all connections.
      return (try? await monitor.figures()) != nil
    }
    #expect(try await system.host.stop() == 0, "\(system.host.log)")
  }

  private static func connect(_ port: UInt16) -> Int32 {
    let number = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    address.sin_port = port.bigEndian
    // SAFETY: the address is as large as the call is told.
    withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        _ = Glibc.connect(number, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    return number
  }
}
