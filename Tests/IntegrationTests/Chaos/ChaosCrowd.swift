import Foundation
import Glibc
import RedisTestServer
import SeededGenerator
import Synchronization
import Testing

/// Hosts on one server, each with a data folder of its own, as on machines of their own.
final class ChaosCrowd: Sendable {
  struct Kills: CustomStringConvertible {
    var workers = 0
    var hosts = 0
    var stops = 0
    var connections = 0

    var total: Int { workers + hosts + stops + connections }

    var description: String {
      "\(total) kills: \(workers) workers, \(hosts) hosts, \(stops) stopped and continued, "
        + "\(connections) times half of the connections"
    }
  }

  /// A worker is stopped for up to three leases.
  private static let longestStop = 3000
  private static let settings = [
    "AGENTHOST_LEASE": "1", "AGENTHOST_CONCURRENCY": "16",
    // Who is killed at random again and again is nobody's fault.
    "AGENTHOST_MAX_DELIVERIES": "50",
  ]

  private let server: RedisTestServer
  private let agents: AgentsFolder
  private let hosts: Mutex<[HostProcess]>
  private let everStarted = Mutex<[Int32]>([])

  init(server: RedisTestServer, hosts count: Int) throws {
    self.server = server
    let agents = try AgentsFolder(AgentsFolder.demo)
    self.agents = agents
    let url = server.url
    hosts = Mutex(
      try (0..<count).map { _ in
        try HostProcess(redis: url, agents: agents.path, settings: Self.settings)
      })
  }

  private var living: [HostProcess] { hosts.withLock { $0 } }

  func waitUntilReady() async throws {
    for host in living {
      try await RedisTestServer.wait(until: "the host has a worker") { self.worker(of: host) != nil }
    }
    try await RedisTestServer.wait(until: "all roles have streams") {
      try server.cli("EXISTS", "stream:role:manager", "stream:role:uppercase", "stream:role:reverse") == "3"
    }
  }

  /// Strikes at random until the load has ended.
  func torment(until load: ChaosLoad, seed: UInt64, pause: Duration) async throws -> Kills {
    var random = SeededGenerator(seed: seed)
    var kills = Kills()
    while load.isRunning {
      try await Task.sleep(for: pause * Double.random(in: 0.2...1, using: &random))
      let victim = Int.random(in: 0..<3, using: &random)
      switch Int.random(in: 0..<10, using: &random) {
      case 0..<4: kills.workers += killWorker(of: victim)
      case 4..<6:
        let milliseconds = Int.random(in: 100...Self.longestStop, using: &random)
        kills.stops += try await stopWorker(of: victim, for: .milliseconds(milliseconds))
      case 6..<9: kills.connections += try killConnections(atRandom: &random)
      default: kills.hosts += try await killHost(victim, staysThere: .random(using: &random))
      }
    }
    return kills
  }

  private func worker(of host: HostProcess) -> Int32? {
    let worker = ProcessTable.children(of: host.processIdentifier).first {
      ProcessTable.arguments(of: $0).starts(with: ["/proc/self/exe", "worker", "run"])
        && ProcessTable.isRunning($0)
    }
    if let worker { everStarted.withLock { $0.append(worker) } }
    return worker
  }

  private func killWorker(of victim: Int) -> Int {
    // Before its first worker was ever ready, a host takes its death for a start that failed, and ends.
    guard living[victim].log.contains("is ready"), let worker = worker(of: living[victim]) else { return 0 }
    return kill(worker, SIGKILL) == 0 ? 1 : 0
  }

  private func stopWorker(of victim: Int, for time: Duration) async throws -> Int {
    guard let worker = worker(of: living[victim]), kill(worker, SIGSTOP) == 0 else { return 0 }
    try await Task.sleep(for: time)
    kill(worker, SIGCONT)
    return 1
  }

  /// About half of all that the hosts have; one blow.
  private func killConnections(atRandom random: inout SeededGenerator) throws -> Int {
    var killed = false
    for line in try server.cli("CLIENT", "LIST").split(separator: "\n")
    where line.contains("name=agenthost/") && !line.contains("name=agenthost/client")
      && Bool.random(using: &random)
    {
      let id = line.prefix { $0 != " " }.dropFirst("id=".count)
      // One that has ended meanwhile needs no killing.
      if (try? server.cli("CLIENT", "KILL", "ID", String(id))) == "1" { killed = true }
    }
    return killed ? 1 : 0
  }

  /// A whole host dies, and another takes its place: in its data folder, or as on a new machine.
  private func killHost(_ victim: Int, staysThere: Bool) async throws -> Int {
    let host = living[victim]
    everStarted.withLock { $0.append(host.processIdentifier) }
    _ = worker(of: host)
    _ = try await host.stop(SIGKILL)
    let next = try HostProcess(
      redis: server.url, agents: agents.path, settings: Self.settings, after: staysThere ? host : nil)
    hosts.withLock { $0[victim] = next }
    return 1
  }

  /// Nothing pending, no ghost, no stream of an agent that is gone, and as many results as requests.
  func expectNothingLeft(results: Int) async throws {
    for role in ["manager", "uppercase", "reverse"] {
      try await Wire(server: server).waitUntilIdle(role)
      try await RedisTestServer.wait(until: "only the living are consumers of \(role)") {
        let consumers = try server.cli("XINFO", "CONSUMERS", "stream:role:\(role)", "cg:role:\(role)")
        return consumers.split(separator: "\n").count { $0 == "name" } <= 3
      }
    }
    do {
      try await RedisTestServer.wait(until: "only the living have streams of their own") {
        try ownStreams().count <= 9
      }
    } catch {
      throw FixtureFailure("\(error): \(try ownStreams()); the hosts' logs are:\n\(living.map(\.log))")
    }
    #expect(try Wire(server: server).commandCount("lpush") == results, "one result for each request")
  }

  private func ownStreams() throws -> [Substring] {
    try server.cli("--scan", "--pattern", "stream:agent:*").split(separator: "\n").sorted()
  }

  /// Each host stops cleanly. One whose worker has just died and has no successor yet would rightly say that it leaves
  /// work behind, so each is given the time to start one.
  func stop() async throws {
    for host in living {
      try await RedisTestServer.wait(until: "the host has a worker that serves") { self.isServing(host) }
      #expect(try await host.stop() == 0, "\(host.log)")
    }
  }

  /// Whether the latest that the log says of its worker is that it is ready, and that worker lives.
  private func isServing(_ host: HostProcess) -> Bool {
    guard worker(of: host) != nil else { return false }
    let turns = host.log.split(separator: "\n").filter {
      $0.contains("is ready") || $0.contains("ended unasked")
    }
    return turns.last?.contains("is ready") == true
  }

  /// Of all workers and supervisors that were seen.
  func remainingProcesses() -> [Int32] {
    everStarted.withLock { Array(Set($0)) }.filter { process in
      ProcessTable.isRunning(process) && ProcessTable.arguments(of: process).contains("worker")
    }
  }
}
