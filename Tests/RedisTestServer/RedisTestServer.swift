package import Foundation
import Synchronization

/// A redis-server of a test's own: a temporary folder, a unix socket, no port. It ends with the object.
package final class RedisTestServer: Sendable {
  package struct Failure: Error, CustomStringConvertible {
    package let description: String
  }

  /// How long something may take that is expected to come, where how soon is not what is tested: only a hang takes
  /// longer, on the busiest machine.
  package static let patience = Duration.seconds(300)

  package let directory: URL
  package let socketPath: String
  private let arguments: [String]
  private let process: Mutex<SpawnedProgram>

  package var url: String { "unix://\(socketPath)" }

  /// Starts a server and waits until it answers. `arguments` follow our own, and so can overrule them.
  package init(arguments: [String] = []) async throws {
    let name = String(UInt64.random(in: .min ... .max), radix: 36)
    directory = URL(fileURLWithPath: "/tmp/agenthost-test-\(name)")
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    socketPath = directory.appendingPathComponent("redis.sock").path
    self.arguments =
      [
        "--port", "0", "--unixsocket", socketPath, "--dir", directory.path, "--save", "", "--appendonly",
        "no", "--loglevel", "warning",
      ] + arguments
    process = Mutex(try SpawnedProgram("redis-server", self.arguments))
    try await waitUntil("redis-server answers on \(socketPath)") { (try? self.cli("PING")) == "PONG" }
  }

  deinit {
    stop()
    try? FileManager.default.removeItem(at: directory)  // a folder that stays behind harms no test
  }

  package var processIdentifier: Int32 { process.withLock(\.processIdentifier) }

  package func stop() {
    process.withLock { process in
      process.send(SIGKILL)
      process.waitUntilExit()
    }
  }

  /// Starts it again, after `stop`, in the same folder; where it `waits`, until it answers.
  package func restart(arguments more: [String] = [], waits: Bool = true) async throws {
    try process.withLock { $0 = try SpawnedProgram("redis-server", arguments + more) }
    if waits {
      try await waitUntil("redis-server answers again on \(socketPath)") { (try? self.cli("PING")) == "PONG" }
    }
  }

  /// What `redis-cli` prints, without the last line's end.
  @discardableResult
  package func cli(_ arguments: String...) throws -> String {
    try cli(arguments)
  }

  @discardableResult
  package func cli(_ arguments: [String]) throws -> String {
    let name = String(UInt64.random(in: .min ... .max), radix: 36)
    let output = directory.appendingPathComponent("cli-\(name)")
    let cli = try SpawnedProgram("redis-cli", ["-s", socketPath] + arguments, output: output.path)
    let status = cli.waitUntilExit()
    let text = String(decoding: try Data(contentsOf: output), as: UTF8.self)
    try FileManager.default.removeItem(at: output)
    guard status == 0 else {
      throw Failure(description: "redis-cli \(arguments) ended with \(status): \(text)")
    }
    return text.hasSuffix("\n") ? String(text.dropLast()) : text
  }

  /// A bounded wait for something that another process does.
  package static func wait(
    until what: String, within limit: Duration = RedisTestServer.patience,
    _ condition: () async throws -> Bool
  ) async throws {
    let end = ContinuousClock.now + limit
    while try await !condition() {
      guard ContinuousClock.now < end else {
        throw Failure(description: "waited \(limit) in vain until \(what)")
      }
      try await Task.sleep(for: .milliseconds(10))
    }
  }

  private func waitUntil(_ what: String, _ condition: () async throws -> Bool) async throws {
    try await Self.wait(until: what, condition)
  }
}
