import Foundation
import RedisTestServer
import Testing

/// A server, and a host that serves some libraries from it.
struct RunningSystem: Sendable {
  let server: RedisTestServer
  let agents: AgentsFolder
  let host: HostProcess

  /// `url`: how the host reaches the server, where not by its socket. `said` holds what operators say of libraries,
  /// and `workers` how many are to be ready because of it, before this goes on; 0 does not wait.
  init(
    _ libraries: [String] = AgentsFolder.demo, server: RedisTestServer? = nil, url: String? = nil,
    settings: [String: String] = [:], said: [String: String] = [:], workers: Int = 1
  ) async throws {
    self.server = if let server { server } else { try await RedisTestServer() }
    agents = try AgentsFolder(libraries)
    for (library, text) in said { try agents.say(text, of: library) }
    host = try HostProcess(redis: url ?? self.server.url, agents: agents.path, settings: settings)
    if workers > 0 { try await host.waitUntilReady(times: workers) }
  }

  /// A worker listens for commands a moment after it is ready for messages.
  func waitForListeners(_ workers: Int = 1) async throws {
    try await RedisTestServer.wait(until: "\(workers) workers listen for commands") {
      try server.cli("PUBSUB", "NUMSUB", "broadcast:all").hasSuffix("\n\(workers)")
    }
  }

  /// Has all workers look at the folder again; `workers` of them are there to hear of it.
  func reload(workers: Int = 1) async throws {
    try await waitForListeners(workers)
    let told = try await Finished.agenthost("reload", settings: ["REDIS_URL": server.url])
    guard told.status == 0,
      told.output == "told \(workers) \(workers == 1 ? "worker" : "workers") to reload\n"
    else { throw FixtureFailure("reload answered \(told.status): \(told.output)\(told.errors)") }
  }

  /// Asks for new workers, and waits until the main place has one. Returns its process.
  @discardableResult
  func replaceWorker(settings: [String: String] = [:]) async throws -> Int32 {
    let before = try host.workerProcessIdentifier()
    let told = try await Finished.agenthost(
      "worker", "replace", settings: ["REDIS_URL": server.url].merging(settings) { $1 })
    guard told.status == 0 else { throw FixtureFailure("replace answered \(told.status): \(told.errors)") }
    return try await host.waitForAnotherWorker(than: before)
  }

  /// The server's ids of connections of the host, not of clients.
  func hostConnections(login: [String] = []) throws -> [String] {
    try server.cli(login + ["CLIENT", "LIST"]).split(separator: "\n")
      .filter { $0.contains("name=agenthost/") && !$0.contains("name=agenthost/client") }
      .map { String($0.prefix { $0 != " " }.dropFirst("id=".count)) }
  }

  func killHostConnections(password: String? = nil) throws {
    let login = password.map { ["-a", $0, "--no-auth-warning"] } ?? []
    for id in try hostConnections(login: login) { try server.cli(login + ["CLIENT", "KILL", "ID", id]) }
  }

  var wire: Wire { Wire(server: server) }

  /// Sends by the command line.
  func send(_ arguments: String..., input: String = "") async throws -> Finished {
    try await Finished.program(
      try BuildFolder.path(of: "agenthost"), ["send"] + arguments,
      environment: ChildProgram.hostlessEnvironment().merging(["REDIS_URL": server.url]) { $1 },
      input: Data(input.utf8))
  }

  /// The system of the suite that the running test belongs to.
  @TaskLocal static var current: RunningSystem?
}

/// Gives a suite's tests one running system; it has to end well after them.
struct RunningSystemTrait: SuiteTrait, TestScoping {
  let libraries: [String]
  let settings: [String: String]

  func provideScope(
    for test: Test, testCase: Test.Case?, performing function: @Sendable @concurrent () async throws -> Void
  ) async throws {
    let system = try await RunningSystem(libraries, settings: settings)
    try await RunningSystem.$current.withValue(system) { try await function() }
    #expect(try await system.host.stop() == 0, "the host's log is:\n\(system.host.log)")
  }
}

extension Trait where Self == RunningSystemTrait {
  static func running(_ libraries: [String] = AgentsFolder.demo, settings: [String: String] = [:]) -> Self {
    RunningSystemTrait(libraries: libraries, settings: settings)
  }
}
