import AgentRuntime
import AgentStreams
import Foundation
import Glibc
import Testing

@Suite("Private Redis")
struct SupervisorPrivateRedisTests {
  private let directory: TemporaryDirectory
  private let configuration: PrivateRedisConfiguration

  init() throws {
    directory = try TemporaryDirectory()
    configuration = Self.configuration(dataDirectory: directory.path + "/deep/data")
  }

  /// `env` becomes its arguments, as the trampoline does.
  private static func configuration(
    dataDirectory: String, path: String = "/usr/bin:/bin"
  ) -> PrivateRedisConfiguration {
    PrivateRedisConfiguration(
      dataDirectory: dataDirectory, launcher: ["/usr/bin/env"], environment: ["PATH": path])
  }

  private func claimOwned() throws -> PrivateRedis {
    guard case .owned(let redis) = try PrivateRedis.claim(configuration) else {
      throw SystemCallError("own", configuration.dataDirectory, code: EBUSY)
    }
    return redis
  }

  /// A PING answered within ten seconds, or the end of the server's log.
  private func waitForAnswer(of redis: PrivateRedis) throws {
    for _ in 0..<500 {
      if redis.answers() { return }
      poll(nil, 0, 20)
    }
    Issue.record("no answer within 10 s: \(redis.lastLogLines())")
  }

  @Test func startsAnswersAndEnds() throws {
    let redis = try claimOwned()
    let server = try redis.start()
    try waitForAnswer(of: redis)
    let found = try RedisDiscovery.discover(
      configuredURL: nil, environment: ["AGENTHOST_DATA_DIR": configuration.dataDirectory])
    #expect(found == .privateServer(socketPath: configuration.socketPath))
    try server.send(SIGTERM)
    #expect(try exit(of: server) == .exited(code: 0))
    #expect(!redis.answers())
    #expect(redis.lastLogLines().contains("ready to exit"))
  }

  @Test func theDataFolderIsItsOwnersAlone() throws {
    _ = try claimOwned()
    let folder = try FileManager.default.attributesOfItem(atPath: configuration.dataDirectory)
    #expect((folder[.posixPermissions] as? NSNumber)?.intValue == 0o700)
  }

  @Test func aSecondRunJoinsTheFirstOnesServer() throws {
    let redis = try claimOwned()
    let server = try redis.start()
    try waitForAnswer(of: redis)
    switch try PrivateRedis.claim(configuration) {
    case .joined(let socketPath): #expect(socketPath == configuration.socketPath)
    case .owned: Issue.record("two runs own one server")
    }
    try server.send(SIGTERM)
    #expect(try exit(of: server) == .exited(code: 0))
  }

  @Test func aKilledServerCanBeStartedAgainOnItsFiles() throws {
    let redis = try claimOwned()
    let first = try redis.start()
    try waitForAnswer(of: redis)
    try first.send(SIGKILL)
    #expect(try exit(of: first) == .signaled(signal: SIGKILL, dumpedCore: false))
    #expect(!redis.answers())
    let second = try redis.start()
    try waitForAnswer(of: redis)
    try second.send(SIGTERM)
    #expect(try exit(of: second) == .exited(code: 0))
  }

  @Test func aServerHoldsItsLockBeyondItsRunAndFreesItByItsEnd() throws {
    var redis: PrivateRedis? = try claimOwned()
    let orphan = try #require(redis).start()
    try waitForAnswer(of: try #require(redis))
    redis = nil
    let lock = OwnedDescriptor(open(configuration.serverLockPath, O_RDWR | O_CLOEXEC))
    #expect(flock(lock.number, LOCK_EX | LOCK_NB) == -1 && errno == EWOULDBLOCK)
    try orphan.send(SIGTERM)
    #expect(try exit(of: orphan) == .exited(code: 0))
    let next = try claimOwned()
    #expect(!next.answers())
  }

  @Test func aServerThatDiesEarlyLeavesItsReasonInTheLog() throws {
    let redis = try claimOwned()
    try #require(mkdir(configuration.dataDirectory + "/appendonlydir", 0o700) == 0)
    let manifest = configuration.dataDirectory + "/appendonlydir/appendonly.aof.manifest"
    let file = OwnedDescriptor(open(manifest, O_CREAT | O_WRONLY, 0o600))
    try #require(write(file.number, "garbage\n", 8) == 8)
    #expect(try exit(of: redis.start()) == .exited(code: 1))
    #expect(redis.lastLogLines().contains("Invalid AOF manifest file format"))
  }

  @Test func aSocketPathThatDoesNotFitIsRefused() {
    let long = "/tmp/" + String(repeating: "x", count: 93)
    #expect(RedisDiscovery.socketPath(dataDirectory: long).utf8.count == 109)
    let error = #expect(throws: PrivateRedisError.self) {
      _ = try PrivateRedis.claim(Self.configuration(dataDirectory: long))
    }
    #expect(error?.description.contains("109 bytes") == true)
    #expect(RedisDiscovery.unixAddress(path: String(repeating: "x", count: 107)) != nil)
    #expect(RedisDiscovery.unixAddress(path: String(repeating: "x", count: 108)) == nil)
  }

  @Test func aMissingServerIsAnErrorThatSaysWhatToInstall() {
    let error = #expect(throws: PrivateRedisError.self) {
      _ = try PrivateRedis.claim(Self.configuration(dataDirectory: directory.path, path: "/nowhere:relative"))
    }
    #expect(error?.description.contains("apt-get install redis-server") == true)
    #expect(error?.description.contains("REDIS_URL") == true)
  }

  @Test func aFolderThatCannotBeMadeIsAnErrorWithItsPath() throws {
    let error = #expect(throws: PrivateRedisError.self) {
      _ = try PrivateRedis.claim(Self.configuration(dataDirectory: "/proc/agenthost"))
    }
    #expect(error?.description.contains("/proc/agenthost") == true)
  }

  @Test func theTrampolineGoesBeforeTheServer() {
    let launcher = PrivateRedisConfiguration.trampoline(executable: "/x/agenthost", parent: 7)
    #expect(launcher == ["/x/agenthost", "trampoline", "--parent", "7", "--"])
  }
}
