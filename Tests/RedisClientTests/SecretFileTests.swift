import Foundation
import RedisTestServer
import Testing

@testable import RedisClient

@Suite struct SecretFileTests {
  private static func written(_ bytes: [UInt8]) throws -> String {
    let path = FileManager.default.temporaryDirectory.appending(path: "agenthost-test-\(UUID())").path
    try Data(bytes).write(to: URL(fileURLWithPath: path))
    return path
  }

  @Test(arguments: [
    ("geheim", "geheim"), ("geheim\n", "geheim"), ("geheim\r\n", "geheim"), (" ge heim \n", " ge heim "),
    ("a\n\n", "a\n"), ("\u{E4}\n", "\u{E4}"),
  ])
  func `A secret is the file without the end of its line`(content: String, secret: String) throws {
    let path = try Self.written(Array(content.utf8))
    #expect(try SecretFile.read(path) == secret)
    try FileManager.default.removeItem(atPath: path)
  }

  @Test(arguments: [
    ([], "empty"), ([0x0A], "empty"), ([0xFF, 0x67], "UTF-8"),
    ([UInt8](repeating: 0x67, count: SecretFile.maximumBytes + 1), "more than"),
  ])
  func `What is no secret is refused, and not shown`(content: [UInt8], expected: String) throws {
    let path = try Self.written(content)
    let failure = #expect(throws: SecretFile.Failure.self) { try SecretFile.read(path) }
    #expect(failure?.why.contains(expected) == true)
    #expect(failure?.description.hasPrefix(path) == true && failure?.why.contains("gggg") == false)
    try FileManager.default.removeItem(atPath: path)
  }

  @Test(arguments: [("/none/at/all", "No such file"), ("/tmp", "directory")])
  func `A file that can't be read says why`(path: String, expected: String) {
    let failure = #expect(throws: SecretFile.Failure.self) { try SecretFile.read(path) }
    #expect(failure?.why.contains(expected) == true)
  }

  @Test func `A password that is changed while we are connected is picked up from its file`() async throws {
    let server = try await RedisTestServer()
    let path = try Self.written(Array("old\n".utf8))
    defer { try? FileManager.default.removeItem(atPath: path) }  // a file that stays behind harms no test
    let administrator = try await server.connect()
    _ = try await administrator.send(RedisCommand("CONFIG", "SET", "requirepass", "old"))
    var settings = try server.settings(name: "rotating")
    settings.passwordFile = path
    settings.retryAttempts = 0
    let client = await RedisClient(settings: settings, logger: silentLogger)
    _ = try await client.send(RedisCommand("PING"))
    // Who is connected stays so.
    _ = try await administrator.send(RedisCommand("CONFIG", "SET", "requirepass", "new"))
    _ = try await client.send(RedisCommand("PING"))
    _ = try await administrator.send(RedisCommand("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes"))
    try await RedisTestServer.wait(until: "the old password is refused") {
      let error = await redisError { _ = try await client.send(RedisCommand("PING")) }
      guard case .unreachable(_, let why) = error else { return false }
      #expect(why.hasPrefix("WRONGPASS") && !why.contains("old"))
      return true
    }
    try Data("new\n".utf8).write(to: URL(fileURLWithPath: path))
    #expect(try await client.send(RedisCommand("PING")).root.string == "PONG")
    try FileManager.default.removeItem(atPath: path)
    _ = try await administrator.send(RedisCommand("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes"))
    try await RedisTestServer.wait(until: "the file is missed") {
      let error = await redisError { _ = try await client.send(RedisCommand("PING")) }
      return error?.description.contains("the password can't be read from \(path): No such file") == true
    }
    await client.close()
    await administrator.close()
  }
}
