import Foundation
import RedisTestServer

/// `agenthost run`, with a data folder of its own.
final class HostProcess: Sendable {
  private let program: ChildProgram
  private let data: TemporaryFolder

  /// `redis` is nil where the host is to find a server by itself. A host that comes after another on the
  /// same machine has its data folder, `after`.
  init(
    redis url: String?, agents: String, settings: [String: String] = [:], after previous: HostProcess? = nil,
    arguments: [String] = []
  ) throws {
    data = try previous?.data ?? TemporaryFolder()
    var environment = ChildProgram.hostlessEnvironment()
    environment["AGENTHOST_DATA_DIR"] = data.path(of: "data")
    environment["LOG_DIR"] = data.path(of: "log")
    environment["AGENTHOST_LOG_FORMAT"] = "text"
    environment["HOME"] = data.url.path
    environment["REDIS_URL"] = url
    // The test runner asks for backtraces, which keep a worker that crashes alive for seconds.
    environment["SWIFT_BACKTRACE"] = "enable=no"
    // A busy machine may be slow to let an end come about; what the grace does has tests of its own.
    environment["AGENTHOST_SHUTDOWN_GRACE"] = "20"
    environment.merge(settings) { $1 }
    program = try ChildProgram(
      try BuildFolder.path(of: "agenthost"), ["run", "--agents-dir", agents] + arguments,
      environment: environment)
  }

  var processIdentifier: Int32 { program.processIdentifier }
  var dataDirectory: String { data.path(of: "data") }
  var log: String { program.errors }

  /// Waits until workers have been ready `times` times since the start.
  func waitUntilReady(times: Int = 1) async throws {
    try await waitForLog("is ready", times: times)
  }

  /// Waits for lines of the log that hold `text`; a host that has ended writes no more.
  func waitForLog(_ text: String, times: Int = 1) async throws {
    do {
      try await RedisTestServer.wait(until: "the host's log says \"\(text)\" \(times) times") {
        // Asked first: what it wrote before its end counts.
        let status = program.endedWith
        if log.split(separator: "\n").count(where: { $0.contains(text) }) >= times { return true }
        if let status { throw FixtureFailure("it ended with \(status) and never said \"\(text)\"") }
        return false
      }
    } catch {
      throw FixtureFailure("\(error); the log is:\n\(log)")
    }
  }

  func send(_ signal: Int32) { program.send(signal) }

  func exitStatus() async throws -> Int32 { try await program.exitStatus() }

  /// Ends it, and returns its exit status.
  func stop(_ signal: Int32 = SIGTERM) async throws -> Int32 {
    send(signal)
    return try await exitStatus()
  }

  /// The only worker of a place: the main one, or an isolated one.
  func workerProcessIdentifier(at place: String? = nil) throws -> Int32 {
    let workers = workerProcessIdentifiers(at: place)
    guard workers.count == 1 else {
      throw FixtureFailure(
        "there are \(workers.count) workers at place \(place ?? "main"); the log is:\n\(log)")
    }
    return workers[0]
  }

  /// The workers of a place among the supervisor's children, those on probation beside it not counted; while one takes
  /// the place of another there are two.
  func workerProcessIdentifiers(at place: String? = nil) -> [Int32] {
    ProcessTable.children(of: processIdentifier).filter { process in
      let arguments = ProcessTable.arguments(of: process)
      return arguments.contains("run") && arguments.contains("worker") && !arguments.contains("--probation")
        && arguments.first { $0.hasPrefix("--place=") } == place.map { "--place=\($0)" }
    }
  }

  /// Waits until a worker of another life than `before` is the only one of its place.
  @discardableResult
  func waitForAnotherWorker(than before: Int32, at place: String? = nil) async throws -> Int32 {
    var workers: [Int32] = []
    do {
      try await RedisTestServer.wait(until: "another worker than \(before) is at place \(place ?? "main")") {
        workers = workerProcessIdentifiers(at: place)
        return workers.count == 1 && workers[0] != before
      }
    } catch {
      throw FixtureFailure("\(error); the log is:\n\(log)")
    }
    return workers[0]
  }
}
