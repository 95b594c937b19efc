import Foundation
import RedisTestServer
import Testing

@Suite("Secrets from files")
struct SecretTests {
  private let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
  }

  private func write(_ text: String, to name: String) throws -> String {
    let path = folder.path(of: name)
    try text.write(toFile: path, atomically: true, encoding: .utf8)
    return path
  }

  @Test("a password that changes while the host runs is waited for, picked up, and never shown")
  func changedPassword() async throws {
    let server = try await RedisTestServer()
    let agents = try AgentsFolder(["EchoC"])
    try server.cli("CONFIG", "SET", "requirepass", "altgeheim")
    let settings = [
      "REDIS_URL_FILE": try write(server.url + "\n", to: "url"),
      "AGENTHOST_REDIS_PASSWORD_FILE": try write("altgeheim\n", to: "password"), "LOG_LEVEL": "DEBUG",
    ]
    let host = try HostProcess(redis: nil, agents: agents.path, settings: settings)
    try await host.waitUntilReady()
    let before = try await Finished.agenthost("send", "--role", "echo", "text", settings: settings)
    #expect(before.status == 0, "\(before.errors)")

    try server.cli("-a", "altgeheim", "CONFIG", "SET", "requirepass", "neugeheim")
    try server.cli("-a", "neugeheim", "CLIENT", "KILL", "TYPE", "normal")
    try await host.waitForLog("WRONGPASS")
    _ = try write("neugeheim\n", to: "password")
    let after = try await Finished.agenthost("send", "--role", "echo", "text", settings: settings)
    #expect(after.status == 0, "\(after.errors)")

    let arguments =
      ProcessTable.arguments(of: host.processIdentifier)
      + ProcessTable.arguments(of: try host.workerProcessIdentifier())
    #expect(!arguments.contains { $0.contains("geheim") })
    #expect(try await host.stop() == 0, "\(host.log)")
    #expect(!host.log.contains("geheim"))
    #expect(!(before.errors + after.errors).contains("geheim"))
  }

  @Test("no error repeats a password: of a server without AUTH, or of one that stands in the wrong place")
  func neverRepeated() async throws {
    let server = try await RedisTestServer(arguments: ["--rename-command", "AUTH", ""])
    for (url, status, text) in [
      ("unix://user:geheim@\(server.socketPath)", Int32(4), "does not know the command AUTH"),
      ("unix://:geheim@\(server.socketPath)", 4, "does not know the command AUTH"),
      ("geheim@redis://127.0.0.1:1", 3, "scheme is unknown"),
    ] {
      let ended = try await Finished.agenthost("role", "ls", settings: ["REDIS_URL": url])
      #expect(ended.status == status && ended.errors.contains(text), "\(ended.errors)")
      #expect(!ended.errors.contains("geheim"))
    }
  }

  @Test("settings that exclude each other: exit 3, with their names, and without a secret")
  func conflicts() async throws {
    let file = try write("geheim", to: "password")
    let url = try write("redis://:geheim@127.0.0.1:1", to: "url")
    let rows: [([String: String], [String])] = [
      (
        ["REDIS_URL": "redis://:geheim@h", "REDIS_URL_FILE": url], ["REDIS_URL_FILE", "REDIS_URL is set too"]
      ),
      (
        ["REDIS_URL_FILE": url, "AGENTHOST_REDIS_PASSWORD_FILE": file],
        ["REDIS_URL_FILE holds a password too"]
      ),
      (["AGENTHOST_REDIS_PASSWORD_FILE": file], ["AGENTHOST_REDIS_PASSWORD_FILE", "neither is set"]),
      (["REDIS_URL_FILE": "/none"], ["REDIS_URL_FILE", "/none: No such file"]),
      (["REDIS_URL": "redis://h", "AGENTHOST_TLS_CA": "/ca.pem"], ["AGENTHOST_TLS_CA", "rediss://"]),
      (["REDIS_URL": "rediss://h", "AGENTHOST_TLS_KEY": "/key.pem"], ["AGENTHOST_TLS_KEY", "go together"]),
    ]
    for (settings, expected) in rows {
      for verb in ["send", "reload"] {
        let ended = try await Finished.program(
          try BuildFolder.path(of: "agenthost"), verb == "send" ? ["send", "text"] : [verb],
          environment: ChildProgram.hostlessEnvironment().merging(settings) { $1 })
        #expect(ended.status == 3, "\(verb) \(settings.keys.sorted()): \(ended.errors)")
        for text in expected { #expect(ended.errors.contains(text), "\(verb): \(ended.errors)") }
        #expect(!ended.errors.contains("geheim"))
      }
    }
  }
}
