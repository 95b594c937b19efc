import Foundation
import Glibc
import RedisTestServer
import Testing

/// What Redis can do to a host, each under load. The host stays up, and works again within five seconds.
@Suite("Faults of Redis, under load", .heavy, .serialized, .timeLimit(.minutes(3)))
struct RedisFaultTests {
  /// From when the server is back until messages are consumed again.
  private static let recovery = Duration.seconds(5)
  /// What a worker may take of memory, whatever its server does.
  private static let memoryLimit = 400 << 20

  private func system(_ arguments: [String] = [], settings: [String: String] = [:]) async throws
    -> RunningSystem
  {
    try await RunningSystem(server: RedisTestServer(arguments: arguments), settings: settings)
  }

  /// The worker lives, its log has no flood, and nothing is left behind.
  private func expectWell(_ system: RunningSystem, worker: Int32) async throws {
    #expect(try system.host.workerProcessIdentifier() == worker, "the worker stayed up")
    for role in ["manager", "uppercase", "reverse"] { try await system.wire.waitUntilIdle(role) }
    #expect(LogFlood.worst(in: system.host.log) <= LogFlood.limit, "\(system.host.log)")
    #expect(ProcessTable.peakMemory(of: worker) < Self.memoryLimit)
    #expect(try await system.host.stop() == 0, "\(system.host.log)")
  }

  /// The same, where no client of the server has lost it: what was asked is what was answered.
  private func expectWell(
    _ system: RunningSystem, worker: Int32, allAnswered counts: BackgroundLoad.Counts
  ) async throws {
    #expect(counts.faults == [], "\(system.host.log)")
    try await expectWell(system, worker: worker)
    #expect(try system.wire.commandCount("lpush") == counts.right)
    #expect(try system.wire.entriesAdded(to: "uppercase") == counts.right)
    try expectEachStepOnce(system)
  }

  /// No outcome was written twice: each request was three times with the manager, and once with the others.
  private func expectEachStepOnce(_ system: RunningSystem) throws {
    let requests = try system.wire.entriesAdded(to: "uppercase")
    #expect(try system.wire.entriesAdded(to: "reverse") == requests)
    #expect(try system.wire.entriesAdded(to: "manager") == 3 * requests)
  }

  @Test("every connection killed, five times: nothing is lost or doubled")
  func connectionsKilled() async throws {
    let system = try await system()
    let worker = try system.host.workerProcessIdentifier()
    let load = BackgroundLoad(url: system.server.url)
    let counts = try await load.run {
      for _ in 0..<5 {
        try system.killHostConnections()
        try await load.waitForAnswers(within: Self.recovery)
      }
    }
    try await expectWell(system, worker: worker, allAnswered: counts)
  }

  @Test("connections cut in the middle of answers, six times: nothing is lost or doubled")
  func answersCut() async throws {
    let server = try await RedisTestServer()
    let proxy = try LossyProxy(to: server.socketPath)
    defer { proxy.stop() }
    let system = try await RunningSystem(server: server, url: "unix://\(proxy.socketPath)")
    let worker = try system.host.workerProcessIdentifier()
    // What an answer had is not left to whoever looks for what was left behind: that would take longer.
    let load = BackgroundLoad(url: server.url, patience: Self.recovery)
    // An answer with entries; and one that outcomes were written, of a call that alone names lists for results.
    let answers = [("XREADGROUP", "envelope"), ("result:", ":1\r\n")]
    let counts = try await load.run {
      for (command, text) in answers {
        for cut in [LossyProxy.Cut.after(bytes: 1), .inTheMiddle, .beforeItsLastByte] {
          let lost = proxy.lostAnswers
          proxy.loseAnswer(to: command, with: text, cut: cut)
          try await RedisTestServer.wait(until: "an answer to \(command) is cut", within: Self.recovery) {
            proxy.lostAnswers == lost + 1
          }
          try await load.waitForAnswers(within: Self.recovery)
        }
      }
    }
    try await expectWell(system, worker: worker, allAnswered: counts)
  }

  @Test("a pause is heard within a second, also under load")
  func paused() async throws {
    let system = try await system()
    let load = BackgroundLoad(url: system.server.url)
    let counts = try await load.run {
      let start = ContinuousClock.now
      try system.server.cli("HSET", "agenthost:desired", "paused:nobody", "1", "version", "1")
      try system.server.cli("HSET", "agenthost:desired", "paused:manager", "1", "version", "2")
      try system.server.cli("PUBLISH", "broadcast:all", #"{"kind":"control","command":"look"}"#)
      try await system.host.waitForLog("role manager is paused")
      #expect(ContinuousClock.now - start < .seconds(1))
      try system.server.cli("DEL", "agenthost:desired")
      try await load.waitForAnswers(within: Self.recovery)
    }
    #expect(counts.faults == [])
    #expect(try await system.host.stop() == 0, "\(system.host.log)")
  }

  @Test("SCRIPT FLUSH: scripts are loaded again")
  func scriptFlush() async throws {
    let system = try await system()
    let worker = try system.host.workerProcessIdentifier()
    let load = BackgroundLoad(url: system.server.url)
    let counts = try await load.run {
      for _ in 0..<5 {
        try system.server.cli("SCRIPT", "FLUSH")
        try await load.waitForAnswers(within: Self.recovery)
      }
    }
    try await expectWell(system, worker: worker, allAnswered: counts)
  }

  @Test("FLUSHALL: consuming again within seconds; what was deleted is lost, and nothing else")
  func flushAll() async throws {
    let system = try await system()
    let worker = try system.host.workerProcessIdentifier()
    // What is deleted is never answered: who waits for it for long sends nothing new meanwhile.
    let load = BackgroundLoad(url: system.server.url, patience: .seconds(1))
    let counts = try await load.run {
      for _ in 0..<3 {
        try system.server.cli("FLUSHALL")
        try await load.waitForAnswers(within: Self.recovery)
      }
    }
    #expect(counts.wrong == [])
    try await expectWell(system, worker: worker)
  }

  @Test("stopped for longer than its clients wait, and continued: nothing is lost or doubled")
  func stopped() async throws {
    let system = try await system(settings: ["REDIS_SOCKET_TIMEOUT": "0.5"])
    let worker = try system.host.workerProcessIdentifier()
    let load = BackgroundLoad(url: system.server.url)
    let counts = try await load.run {
      kill(system.server.processIdentifier, SIGSTOP)
      try await Task.sleep(for: .seconds(2))
      kill(system.server.processIdentifier, SIGCONT)
      try await load.waitForAnswers(within: Self.recovery)
    }
    try await expectWell(system, worker: worker, allAnswered: counts)
  }

  @Test("killed and started again with its append-only file: nothing that it kept is lost or doubled")
  func killedAndRestarted() async throws {
    let system = try await system(["--appendonly", "yes", "--appendfsync", "always"])
    let worker = try system.host.workerProcessIdentifier()
    let load = BackgroundLoad(url: system.server.url)
    let backlogs = [Backlog(system.wire), Backlog(system.wire)]
    let counts = try await load.run {
      for backlog in backlogs {
        try await backlog.send()
        system.server.stop()
        try await system.server.restart()
        try await load.waitForAnswers(within: Self.recovery)
        try await backlog.expectAnswers()
      }
    }
    #expect(counts.wrong == [])
    try await expectWell(system, worker: worker)
    try expectEachStepOnce(system)
    for backlog in backlogs { try backlog.expectNothingElse() }
  }

  @Test("killed under load, and slow to load its data again: nothing that it kept is lost or doubled")
  func slowToLoadAgain() async throws {
    let system = try await RunningSystem(server: .slowToLoad())
    let worker = try system.host.workerProcessIdentifier()
    let load = BackgroundLoad(url: system.server.url)
    let backlog = Backlog(system.wire)
    let counts = try await load.run {
      try await backlog.send()
      try await system.server.restartLoading()
      try await system.host.waitForLog("LOADING", times: 3)
      try system.server.finishLoading()
      try await load.waitForAnswers(within: Self.recovery)
      try await backlog.expectAnswers()
    }
    #expect(counts.wrong == [])
    try await expectWell(system, worker: worker)
    try expectEachStepOnce(system)
    try backlog.expectNothingElse()
  }

  @Test("loading its data while the host starts, a backlog among it: waited for, each is answered once")
  func slowToLoadAtTheStart() async throws {
    let server = try await RedisTestServer.slowToLoad()
    let backlog = Backlog(Wire(server: server))
    try await backlog.send()
    try await server.restartLoading()
    let system = try await RunningSystem(server: server, workers: 0)
    try await system.host.waitForLog("waiting until Redis is ready: Redis answered with an error: LOADING")
    let worker = try system.host.workerProcessIdentifier()
    try server.finishLoading()
    try await RedisTestServer.wait(until: "a request has been answered", within: Self.recovery) {
      try system.wire.commandCount("lpush") > 0
    }
    try await backlog.expectAnswers()
    try await expectWell(system, worker: worker)
    try expectEachStepOnce(system)
    try backlog.expectNothingElse()
  }

  @Test("at its memory limit the server takes no more requests, and the backlog drains")
  func memoryLimit() async throws {
    let system = try await system()
    let worker = try system.host.workerProcessIdentifier()
    try system.server.cli("HSET", "agenthost:desired", "paused:manager", "1", "version", "1")
    try await system.host.waitForLog("role manager is paused")
    let backlog = Backlog(system.wire)
    try await backlog.send()
    try system.server.cli("CONFIG", "SET", "maxmemory", "1")
    try system.server.cli("HDEL", "agenthost:desired", "paused:manager")
    // At the limit not even the desired state's version can grow; the hosts look by themselves.
    try await backlog.expectAnswers()
    try system.server.cli("CONFIG", "SET", "maxmemory", "0")
    try await expectWell(system, worker: worker)
    try expectEachStepOnce(system)
    try backlog.expectNothingElse()
  }

  @Test("destinations of the wrong type: dead letters, and nothing beside them is lost, doubled or late")
  func wrongDestinations() async throws {
    let system = try await system()
    let worker = try system.host.workerProcessIdentifier()
    let load = BackgroundLoad(url: system.server.url)
    let counts = try await load.run {
      var ids: [String] = []
      for number in 0..<20 {
        let request = WireRequest(text: "\(number)")
        try system.server.cli("SET", request.resultList, "mine")
        ids.append(try await system.wire.send(request, to: "uppercase"))
      }
      for id in ids {
        let letter = try await system.wire.deadLetter(of: id, role: "uppercase")
        #expect(letter["reason"]?.contains("WRONGTYPE") == true)
      }
      try await load.waitForAnswers(within: Self.recovery)
    }
    #expect(counts.faults == [])
    try await expectWell(system, worker: worker)
  }

  @Test("a password that was changed, and changed back: the host waits for it")
  func passwordChanged() async throws {
    let system = try await system()
    let worker = try system.host.workerProcessIdentifier()
    let load = BackgroundLoad(url: system.server.url)
    let counts = try await load.run {
      try system.server.cli("CONFIG", "SET", "requirepass", "new")
      try system.killHostConnections(password: "new")
      try await system.host.waitForLog("NOAUTH")
      try system.server.cli("-a", "new", "--no-auth-warning", "CONFIG", "SET", "requirepass", "")
      try await load.waitForAnswers(within: Self.recovery)
    }
    #expect(counts.wrong == [])
    try await expectWell(system, worker: worker)
  }

  @Test(
    "a certificate exchanged for a bad one, and back: the host says why it waits, and nothing is lost or doubled",
    arguments: BadCertificate.allCases)
  func certificateExchanged(bad: BadCertificate) async throws {
    let server = try await TLSServer()
    let system = try await RunningSystem(
      server: server.server, url: "rediss://localhost:\(server.port)",
      settings: ["AGENTHOST_TLS_CA": server.authority.path])
    let worker = try system.host.workerProcessIdentifier()
    // By the server's socket: only the host meets the certificate.
    let load = BackgroundLoad(url: system.server.url)
    let counts = try await load.run {
      try server.show(bad.issue(for: server))
      try system.killHostConnections()
      try await system.host.waitForLog(bad.inTheLog, times: 3)
      #expect(try system.hostConnections() == [], "nothing is said to a server that has not shown who it is")
      try server.show(server.certificate)
      try await load.waitForAnswers(within: Self.recovery)
    }
    try await expectWell(system, worker: worker, allAnswered: counts)
  }

  @Test("an ACL that forbids one role's streams: the other roles go on, and it is served again when it may")
  func forbiddenStream() async throws {
    let system = try await system()
    let worker = try system.host.workerProcessIdentifier()
    let forbid = [
      "~stream:role:manager*", "~stream:role:uppercase*", "~stream:agent:*", "~result:*", "~agenthost:*",
      "~dlq:*",
    ]
    try system.server.cli(["ACL", "SETUSER", "default", "resetkeys"] + forbid)
    let other = WireRequest(text: "abc")
    try await system.wire.send(other, to: "uppercase")
    #expect(try await system.wire.result(from: other.resultList).payload.text == "ABC")
    let through = WireRequest(text: "abc")
    try await system.wire.send(through, to: "manager")
    let result = try await system.wire.result(from: through.resultList)
    #expect(result.errors.map(\.code) == ["agenthost.destination"])
    try system.server.cli("ACL", "SETUSER", "default", "allkeys")
    let load = BackgroundLoad(url: system.server.url)
    let counts = try await load.run { try await load.waitForAnswers(within: Self.recovery) }
    #expect(counts.wrong == [])
    try await expectWell(system, worker: worker)
  }
}

/// How many lines with one cause a log has in one second.
enum LogFlood {
  /// One a second: of the clock's seconds, one may see the end of one and the beginning of the next.
  static let limit = 2

  static func worst(in log: String) -> Int {
    var counts: [String: Int] = [:]
    for line in log.split(separator: "\n") where line.contains(" warning ") || line.contains(" error ") {
      // A cause is what stands behind the last "trying again"; other lines are causes of their own.
      let second = line.prefix(19)
      let cause = line.firstRange(of: "trying again: ").map { line[$0.upperBound...] } ?? line.dropFirst(19)
      counts["\(second) \(cause.prefix { $0 != "(" })", default: 0] += 1
    }
    return counts.values.max() ?? 0
  }
}
