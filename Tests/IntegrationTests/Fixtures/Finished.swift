import Foundation
import RedisTestServer

/// What a program came to.
struct Finished {
  let status: Int32
  let output: String
  let errors: String

  /// Runs a program to its end.
  static func program(
    _ program: String, _ arguments: [String] = [],
    environment: [String: String] = ChildProgram.hostlessEnvironment(), input: Data = Data(),
    workingFolder: String? = nil, within limit: Duration = RedisTestServer.patience
  ) async throws -> Finished {
    let child = try ChildProgram(
      program, arguments, environment: environment, input: input, workingFolder: workingFolder)
    let status = try await child.exitStatus(within: limit)
    return Finished(
      status: status, output: String(decoding: child.output, as: UTF8.self), errors: child.errors)
  }

  /// Runs a verb of agenthost to its end, with `settings` in its environment.
  static func agenthost(
    _ arguments: String..., settings: [String: String], input: Data = Data(), workingFolder: String? = nil
  ) async throws -> Finished {
    try await program(
      try BuildFolder.path(of: "agenthost"), arguments,
      environment: ChildProgram.hostlessEnvironment().merging(settings) { $1 }, input: input,
      workingFolder: workingFolder)
  }

  /// A verb, with a server to talk to.
  static func agenthost(on server: RedisTestServer, _ words: String...) async throws -> Finished {
    try await program(
      try BuildFolder.path(of: "agenthost"), words,
      environment: ChildProgram.hostlessEnvironment().merging(["REDIS_URL": server.url]) { $1 })
  }
}
