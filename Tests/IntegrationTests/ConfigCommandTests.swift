import Foundation
import RedisTestServer
import Testing

@Suite("The file of settings, by the program")
struct ConfigCommandTests {
  private struct Shown: Decodable {
    let key: String?
    let variable: String
    let value: String
    let from: String
  }

  private func show(_ folder: TemporaryFolder, settings: [String: String] = [:]) async throws -> [Shown] {
    let shown = try await Finished.agenthost(
      "config", "show", "--json", settings: settings, workingFolder: folder.url.path)
    #expect(shown.status == 0, "\(shown)")
    return try JSONDecoder().decode([Shown].self, from: Data(shown.output.utf8))
  }

  private func write(_ text: String, in folder: TemporaryFolder, as name: String = "agenthost.yaml") throws {
    try Data(text.utf8).write(to: URL(fileURLWithPath: folder.path(of: name)))
  }

  @Test("every value is shown with where it is from, and no password is")
  func shows() async throws {
    let folder = try TemporaryFolder()
    let byDefault = try await show(folder)
    #expect(byDefault.allSatisfy { $0.from == "default" } && byDefault.count > 40)
    try write(
      "redis:\n  url: redis://me:secret@h:1/2\n  socket_timeout: 2 s\nlog: {level: DEBUG}\n", in: folder)
    let shown = try await show(folder, settings: ["LOG_LEVEL": "ERROR"])
    let byVariable = Dictionary(uniqueKeysWithValues: shown.map { ($0.variable, $0) })
    #expect(
      byVariable["REDIS_URL"]?.value == "redis://h:1/2"
        && byVariable["REDIS_URL"]?.from == "agenthost.yaml:2")
    #expect(byVariable["REDIS_SOCKET_TIMEOUT"]?.value == "2.0")
    #expect(byVariable["LOG_LEVEL"]?.value == "ERROR" && byVariable["LOG_LEVEL"]?.from == "LOG_LEVEL")
    let table = try await Finished.agenthost("config", "show", settings: [:], workingFolder: folder.url.path)
    #expect(table.output.contains("redis.socket_timeout") && !table.output.contains("secret"), "\(table)")
    for url in ["redis://:\(String(repeating: "secret", count: 400))@h", ":secret@h", "secret"] {
      let shown = try await Finished.agenthost("config", "show", settings: ["REDIS_URL": url])
      #expect(shown.status == 0 && !(shown.output + shown.errors).contains("secret"), "\(shown)")
    }
  }

  @Test("what can't be used ends every verb: exit 3, with file, line and key")
  func refused() async throws {
    let folder = try TemporaryFolder()
    try write("limits:\n  deliverys: 3\n", in: folder)
    for verb in [["config", "show"], ["send", "x"], ["run", "--agents-dir", "."]] {
      let refused = try await Finished.program(
        try BuildFolder.path(of: "agenthost"), verb, workingFolder: folder.url.path)
      #expect(refused.status == 3, "\(refused)")
      #expect(
        refused.errors.contains(
          #"agenthost.yaml, line 2, key "limits.deliverys": expected one of limits.process_count"#))
    }
    let missing = try await Finished.agenthost(
      "config", "show", settings: ["AGENTHOST_CONFIG": "/nowhere.yaml"])
    #expect(
      missing.status == 3 && missing.errors.contains("/nowhere.yaml: there is no such file"), "\(missing)")
    let unread = try await Finished.agenthost(
      "config", "show", settings: ["AGENTHOST_CONFIG": ""], workingFolder: folder.url.path)
    #expect(unread.status == 0, "\(unread)")
    try FileManager.default.setAttributes(
      [.posixPermissions: 0o666], ofItemAtPath: folder.path(of: "agenthost.yaml"))
    let anybodys = try await Finished.agenthost(
      "config", "show", settings: [:], workingFolder: folder.url.path)
    #expect(
      anybodys.status == 3 && anybodys.errors.contains("or to be named by AGENTHOST_CONFIG"), "\(anybodys)")
    try FileManager.default.removeItem(atPath: folder.path(of: "agenthost.yaml"))
    try write("plugins:\n  trust: signature\n", in: folder)
    let unpaired = try await Finished.agenthost(
      "config", "show", settings: [:], workingFolder: folder.url.path)
    #expect(unpaired.status == 3 && unpaired.errors.contains("(agenthost.yaml, line 2)"), "\(unpaired)")
  }

  @Test("a host goes by it, its later workers too, whatever the file says by then")
  func host() async throws {
    let folder = try TemporaryFolder()
    try write("redis: {key_prefix: 'mine:'}\nlimits: {process_count: 2}\n", in: folder)
    let file = folder.path(of: "agenthost.yaml")
    let system = try await RunningSystem(["EchoC"], settings: ["AGENTHOST_CONFIG": file])
    #expect(try system.wire.integer("EXISTS", "mine:stream:role:echo") == 1)
    try write("nonsense: 1\n", in: folder)
    try await system.replaceWorker(settings: ["AGENTHOST_CONFIG": "", "AGENTHOST_KEY_PREFIX": "mine:"])
    let sent = try await Finished.agenthost(
      "send", "--role", "echo", "x",
      settings: ["REDIS_URL": system.server.url, "AGENTHOST_KEY_PREFIX": "mine:"])
    #expect(sent.status == 0, "\(sent)\(system.host.log)")
    #expect(try await system.host.stop() == 0, "\(system.host.log)")
  }

  @Test("the schema and the program judge alike")
  func schema() async throws {
    let folder = try TemporaryFolder()
    let schema = try await Finished.agenthost("config", "schema", settings: [:])
    #expect(schema.status == 0)
    try write(schema.output, in: folder, as: "schema.json")
    let good = [
      "", "redis: {url: 'redis://h', max_connections: 5, socket_timeout: 500ms}\n",
      "limits: {envelope_bytes: 4 MiB}\n",
      "data_directory: /x\nlog: {level: ERROR}\n", "statistics: {interval: 0.5}\n", "plugins: {trust: any}\n",
    ]
    let bad = [
      "redis: {urls: x}\n", "redis: 5\n", "limits: {deliveries: 0}\n", "limits: {deliveries: '3'}\n",
      "limits: {deliveries: 3 s}\n", "redis: {socket_timeout: 5 parsecs}\n", "log: {level: info}\n",
      "log: {directory: 5}\n", "workers: {memory: 5 KiB}\n", "data_directory: [x]\n", "[]\n", "x\n",
    ]
    try JSONEncoder().encode(good + bad).write(to: URL(fileURLWithPath: folder.path(of: "texts.json")))
    let checked = try await Python().run(
      "library_settings.py", folder.path(of: "schema.json"), folder.path(of: "texts.json"))
    let verdicts = try JSONDecoder().decode([Bool].self, from: Data(checked.output.utf8))
    #expect(verdicts == good.map { _ in true } + bad.map { _ in false }, "\(checked)")
    for (text, isGood) in zip(good + bad, verdicts) {
      try write(text, in: folder)
      let shown = try await Finished.agenthost(
        "config", "show", settings: [:], workingFolder: folder.url.path)
      #expect(shown.status == (isGood ? 0 : 3), "\(text)\(shown)")
    }
  }
}
