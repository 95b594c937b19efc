import Foundation
import RedisTestServer

/// A program that a test runs. Its output goes to files, where it can be read at any time and no full
/// pipe holds the program up. It is killed with the object, should it still run.
final class ChildProgram: Sendable {
  private let name: String
  private let process: SpawnedProgram
  private let folder: TemporaryFolder

  /// `program` is a path, or looked for in PATH.
  init(
    _ program: String, _ arguments: [String] = [], environment: [String: String] = hostlessEnvironment(),
    input: Data = Data(), workingFolder: String? = nil
  ) throws {
    name = ([program] + arguments).joined(separator: " ")
    folder = try TemporaryFolder()
    try input.write(to: folder.url.appendingPathComponent("input"))
    // `env -C` changes the folder before it becomes the program.
    let folderArguments = workingFolder.map { ["-C", $0] } ?? []
    process = try SpawnedProgram(
      "/usr/bin/env", folderArguments + [program] + arguments, environment: environment,
      input: folder.path(of: "input"), output: folder.path(of: "output"), errors: folder.path(of: "errors"))
  }

  var processIdentifier: Int32 { process.processIdentifier }

  /// What it has written to standard output so far.
  var output: Data { contents(of: "output") }

  /// What it has written to standard error so far.
  var errors: String { String(decoding: contents(of: "errors"), as: UTF8.self) }

  /// Its exit status; nil while it runs.
  var endedWith: Int32? { process.exitStatus }

  func send(_ signal: Int32) { process.send(signal) }

  /// Waits for its end; a death by signal counts 128 and the signal, as in a shell.
  func exitStatus(within limit: Duration = RedisTestServer.patience) async throws -> Int32 {
    try await RedisTestServer.wait(until: "\(name.prefix(200)) has ended", within: limit) {
      process.exitStatus != nil
    }
    return process.waitUntilExit()
  }

  /// This process' environment without anything that speaks to a host.
  static func hostlessEnvironment() -> [String: String] {
    ProcessInfo.processInfo.environment.filter { name, _ in
      !name.hasPrefix("AGENTHOST_") && !name.hasPrefix("REDIS_") && !name.hasPrefix("MAX_")
        && name != "LOG_LEVEL"
    }
  }

  private func contents(of name: String) -> Data {
    FileManager.default.contents(atPath: folder.path(of: name)) ?? Data()
  }
}
