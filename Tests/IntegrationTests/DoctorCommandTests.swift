import Foundation
import RedisTestServer
import Testing

/// What `agenthost doctor --json` has found.
private struct Report: Decodable {
  struct Finding: Decodable {
    let name: String
    let severity: String
    let subjects: [String]
    let found: String
    let fix: String
  }

  let findings: [Finding]
  let checks: Int
  let checks_left: Int

  var names: [String] { findings.map(\.name) }

  func finding(_ name: String) -> Finding? { findings.first { $0.name == name } }
}

extension Finished {
  /// `agenthost doctor` in a home of its own, on a server or wherever `settings` lead.
  fileprivate static func doctor(
    _ server: RedisTestServer?, _ words: [String] = [], settings: [String: String] = [:]
  ) async throws -> Finished {
    let home = try TemporaryFolder()
    var all = [
      "HOME": home.url.path, "LOG_DIR": home.path(of: "log"), "AGENTHOST_DATA_DIR": home.path(of: "data"),
    ]
    all["REDIS_URL"] = server?.url
    let finished = try await Finished.program(
      try BuildFolder.path(of: "agenthost"), ["doctor"] + words,
      environment: ChildProgram.hostlessEnvironment().merging(all) { $1 }.merging(settings) { $1 },
      workingFolder: home.url.path)
    withExtendedLifetime(home) {}
    return finished
  }
}

private func report(
  _ server: RedisTestServer?, _ words: [String] = [], settings: [String: String] = [:]
) async throws -> (report: Report, status: Int32) {
  let finished = try await Finished.doctor(server, ["--json"] + words, settings: settings)
  do {
    return (try JSONDecoder().decode(Report.self, from: Data(finished.output.utf8)), finished.status)
  } catch {
    throw FixtureFailure("\(error): \(finished)")
  }
}

@Suite("agenthost doctor")
struct DoctorCommandTests {
  private static let durable = ["--appendonly", "yes"]
  private static let gone = "box:1:1/00000000000000ff"

  @Test("nothing is wrong with a sound system, and what is wrong of it is found, and how to fix it")
  func soundThenNot() async throws {
    let system = try await RunningSystem(
      ["TestAgents"], server: try await RedisTestServer(arguments: Self.durable))
    let sound = try await Finished.doctor(system.server, ["--agents-dir", system.agents.path])
    #expect(sound.status == 0 && sound.output.hasPrefix("nothing is wrong: "), "\(sound)")
    #expect(try await report(system.server).report.checks > 35)

    _ = try await Finished.agenthost(on: system.server, "role", "pause", "slow")
    let hash = String(repeating: "ab", count: 32)
    _ = try await Finished.agenthost(
      on: system.server, "plugin", "quarantine", "add", hash, "--reason", "ill")
    try system.server.cli("CONFIG", "SET", "appendonly", "no")
    try system.server.cli("CONFIG", "SET", "timeout", "20")
    try system.server.cli("HSET", "agenthost:host:00000000000000cc", "host", "ghost", "pid", "1")
    let (found, status) = try await report(system.server)
    #expect(status == 7)
    #expect(
      Set(found.names).isSuperset(of: [
        "paused-roles", "quarantined-code", "redis-may-lose", "redis-idle-timeout", "ghost-workers",
      ]), "\(found)")
    let ghost = try #require(found.finding("ghost-workers"))
    #expect(ghost.fix == "redis-cli DEL 'agenthost:host:00000000000000cc'" && ghost.severity == "problem")
    #expect(found.finding("paused-roles")?.severity == "advice")
    #expect(try await system.host.stop() == 0, "\(system.host.log)")
  }

  @Test("what nobody serves, takes over or moves")
  func orphans() async throws {
    let server = try await RedisTestServer(arguments: Self.durable)
    try server.cli("XADD", "stream:role:lonely", "*", "envelope", "{}")
    try server.cli("XGROUP", "CREATE", "stream:role:held", "cg:role:held", "0", "MKSTREAM")
    try server.cli("XADD", "stream:role:held", "*", "envelope", "{}")
    try server.cli("XREADGROUP", "GROUP", "cg:role:held", Self.gone, "STREAMS", "stream:role:held", ">")
    try server.cli("XADD", "stream:agent:box:1:1", "*", "envelope", "{}")
    try server.cli("ZADD", "agenthost:delayed:late", "1000", "x")
    try server.cli("SET", "dlq:role:odd", "no stream")
    try await RedisTestServer.wait(until: "the lease is over") {
      let (found, _) = try await report(
        server, settings: ["AGENTHOST_LEASE": "0.5", "REDIS_SOCKET_TIMEOUT": "0.2"])
      return found.names.contains("orphan-entries")
    }
    let (found, status) = try await report(server)
    #expect(status == 7)
    #expect(found.finding("no-worker") != nil)
    #expect(found.finding("unserved-roles")?.subjects == ["lonely"])
    #expect(found.finding("overdue-messages")?.subjects == ["late"])
    #expect(found.finding("orphan-streams")?.subjects == ["stream:agent:box:1:1"])
    #expect(found.finding("broken-keys")?.subjects == ["odd"])
    #expect(found.finding("orphan-entries") == nil, "the lease is 30 s, as far as is known here")
  }

  @Test("thousands of keys, and such as hold something else, are borne, and nothing of it is changed")
  func hostileKeys() async throws {
    let server = try await RedisTestServer(arguments: Self.durable)
    let script = """
      for i = 1, 6000 do
        redis.call('XADD', 'stream:agent:x' .. i, '*', 'a', 'b')
        redis.call('RPUSH', 'result:x' .. i, 'a')
        redis.call('SET', 'stream:role:y' .. i, 'no stream')
      end
      for i = 1, 1500 do redis.call('RPUSH', 'result:long', 'a') end
      redis.call('SET', 'agenthost:host:\u{1b}[2J', 'no hash')
      redis.call('SET', 'stream:agent:odd', 'no stream')
      redis.call('HSET', 'result:odd', 'a', 'b')
      """
    try server.cli("EVAL", script, "0")
    let before = try changes(of: server)
    #expect(before?.hasSuffix(":0") == false, "the keys themselves are changes")
    let (found, status) = try await report(server)
    #expect(status == 7)
    for name in ["search-incomplete", "broken-keys", "orphan-streams"] {
      #expect(found.finding(name) != nil, "\(name): \(found.names)")
    }
    #expect(try changes(of: server) == before)
    let text = try await Finished.doctor(server)
    #expect(text.status == 7 && !text.output.contains("\u{1b}"))
    #expect(text.output.split(separator: "\n").allSatisfy { $0.count <= 80 })
    try server.cli("SET", "agenthost:desired", "no hash")
    let (unreadable, later) = try await report(server)
    #expect(later == 7 && unreadable.finding("redis-unreachable")?.found.contains("WRONGTYPE") == true)
    #expect(unreadable.checks_left > 20)
  }

  /// The line by which a server says how often anything in it was changed.
  private func changes(of server: RedisTestServer) throws -> String? {
    try server.cli("INFO", "persistence").split(whereSeparator: \.isNewline)
      .first { $0.hasPrefix("rdb_changes_since_last_save:") }.map(String.init)
  }

  @Test("without a server all that needs none is examined, and the exit says so")
  func unreachable() async throws {
    let (found, status) = try await report(
      nil,
      settings: [
        "REDIS_URL": "unix:///tmp/agenthost-test-nothing/redis.sock", "REDIS_RETRY_ATTEMPTS": "0",
        "AGENTHOST_LEASE": "5", "AGENTHOST_CONCURRENCY": "many",
      ])
    #expect(status == 4)
    #expect(found.names == ["settings-refused", "settings-contradict", "redis-unreachable"], "\(found)")
    #expect(found.checks > 5 && found.checks_left > 20)
  }

  @Test("folders, files and limits of this machine")
  func machine() async throws {
    let server = try await RedisTestServer(arguments: Self.durable)
    let folder = try TemporaryFolder()
    try Data("no library".utf8).write(to: folder.url.appending(path: "libbad.so"))
    try FileManager.default.setAttributes([.posixPermissions: 0o777], ofItemAtPath: folder.url.path)
    let (found, _) = try await report(
      server, ["--agents-dir", folder.url.path], settings: ["LOG_DIR": folder.path(of: "libbad.so/log")])
    #expect(found.finding("agents-folder")?.found.contains("777") == true, "\(found)")
    #expect(found.finding("library-files")?.subjects == [folder.path(of: "libbad.so")])
    #expect(found.finding("log-folder")?.severity == "advice")
    let (missing, _) = try await report(server, ["--agents-dir", folder.path(of: "none")])
    #expect(missing.finding("agents-folder")?.found.contains("No such file") == true)
    let limited = try await Finished.program(
      "/bin/sh", ["-c", "ulimit -n 100; exec \"$0\" doctor", try BuildFolder.path(of: "agenthost")],
      environment: ChildProgram.hostlessEnvironment().merging(["REDIS_URL": server.url]) { $1 })
    #expect(limited.status == 7 && limited.output.contains("file-limit"), "\(limited)")
  }

  @Test("a replica is found")
  func replica() async throws {
    let master = try await RedisTestServer(arguments: Self.durable)
    let replica = try await RedisTestServer(arguments: Self.durable)
    try replica.cli("REPLICAOF", "127.0.0.1", "1")
    #expect(try await report(replica).report.names.contains("redis-replica"))
    #expect(try await !report(master).report.names.contains("redis-replica"))
  }

  @Test("a worker that is frozen is missed, and is not when it goes on")
  func frozen() async throws {
    let system = try await RunningSystem(
      ["EchoC"], server: try await RedisTestServer(arguments: Self.durable))
    let worker = try system.host.workerProcessIdentifier()
    kill(worker, SIGSTOP)
    try await RedisTestServer.wait(until: "it is missed") {
      try await report(system.server).report.names.contains("silent-workers")
    }
    kill(worker, SIGCONT)
    try await RedisTestServer.wait(until: "it is there again") {
      try await report(system.server).report.findings.allSatisfy { $0.name == "worker-deaths" }
    }
    #expect(try await system.host.stop() == 0, "\(system.host.log)")
  }
}
