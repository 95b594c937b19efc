import Foundation
import Glibc
import RedisTestServer
import TestLibrary
import Testing

@Suite("The verbs for libraries")
struct PluginCommandTests {
  private static func verb(_ words: String..., settings: [String: String] = [:]) async throws -> Finished {
    try await Finished.program(
      try BuildFolder.path(of: "agenthost"), ["plugin"] + words,
      environment: ChildProgram.hostlessEnvironment().merging(settings) { $1 })
  }

  /// The other of the two builds of the test agents.
  private static func otherBuild() throws -> Data {
    var library = try AgentsFolder.contents(of: "TestAgents")
    let text = try #require(library.range(of: Data("this is the first of two".utf8)))
    library.replaceSubrange(text, with: Data("this is the other of two".utf8))
    return library
  }

  private func build(of system: RunningSystem) async throws -> String? {
    try await system.wire.result(of: WireRequest(), from: "build").payload.text
  }

  @Test("inspect runs nothing of a library, validate all of it")
  func inspectAndValidate() async throws {
    let folder = try TemporaryFolder()
    let mark = folder.path(of: "mark")
    let library = folder.path(of: "libmarking.so")
    let source = """
      #include <fcntl.h>
      __attribute__((constructor)) static void mark(void) { open("\(mark)", O_CREAT | O_RDWR, 0600); }
      \(try String(contentsOfFile: BuildFolder.sourceRoot + "/Plugins/EchoC/EchoC.c", encoding: .utf8))
      """
    try Data(TestLibrary.compile(source)).write(to: URL(filePath: library))
    chmod(library, 0o644)
    let settings = ["AGENTHOST_DATA_DIR": folder.path(of: "data")]
    let seen = try await Self.verb("inspect", library, settings: settings)
    #expect(seen.status == 0 && seen.output.contains("built with  C"), "\(seen.output)\(seen.errors)")
    #expect(access(mark, F_OK) != 0, "something of it has run")
    let valid = try await Self.verb("validate", library, settings: settings)
    #expect(valid.status == 0 && valid.output.hasSuffix("serves echo\n"), "\(valid.output)\(valid.errors)")
    #expect(access(mark, F_OK) == 0)
    chmod(library, 0o666)
    for verb in ["inspect", "validate"] {
      let refused = try await Self.verb(verb, library, settings: settings)
      #expect(refused.status == 5 && refused.errors.contains("refused at trust"), "\(refused.errors)")
    }
  }

  @Test("all of the repository's agents pass validation", arguments: AgentsFolder.demo + ["EchoC"])
  func validates(library: String) async throws {
    let agents = try AgentsFolder([library])
    let data = try TemporaryFolder()
    let valid = try await Self.verb(
      "validate", agents.path(of: library), settings: ["AGENTHOST_DATA_DIR": data.url.path])
    #expect(valid.status == 0, "\(valid.output)\(valid.errors)")
  }

  @Test("an agent that does not complete what it is given does not pass")
  func neverCompletes() async throws {
    let folder = try TemporaryFolder()
    let library = folder.path(of: "silent.so")
    let echo = try String(contentsOfFile: BuildFolder.sourceRoot + "/Plugins/EchoC/EchoC.c", encoding: .utf8)
    let completes = "host->complete(host, token, &reply, 1);"
    #expect(echo.contains(completes))
    try Data(TestLibrary.compile(echo.replacingOccurrences(of: completes, with: "(void)reply;")))
      .write(to: URL(filePath: library))
    chmod(library, 0o644)
    let refused = try await Self.verb(
      "validate", library,
      settings: ["AGENTHOST_DATA_DIR": folder.path(of: "data"), "AGENTHOST_LOAD_TIMEOUT": "5"])
    #expect(refused.status == 5 && refused.errors.contains("refused at conformance"), "\(refused.errors)")
  }

  @Test("install brings a library in, ls shows it, rollback goes back and forth")
  func installAndRollback() async throws {
    let system = try await RunningSystem(["EchoC"])
    try await system.waitForListeners()
    let settings = [
      "REDIS_URL": system.server.url, "AGENTHOST_DATA_DIR": system.host.dataDirectory,
      "AGENTHOST_AGENTS_DIR": system.agents.path,
    ]
    let folder = try TemporaryFolder()
    let other = folder.path(of: "libTestAgents.so")
    let installed = try await Self.verb(
      "install", try BuildFolder.path(of: "libTestAgents.so"), settings: settings)
    #expect(installed.status == 0, "\(installed.output)\(installed.errors)")
    #expect(try await build(of: system) == "this is the first of two builds")
    try Self.otherBuild().write(to: URL(filePath: other))
    #expect(try await Self.verb("install", other, settings: settings).status == 0)
    #expect(try await build(of: system) == "this is the other of two builds")
    let list = try await Self.verb("ls", settings: settings)
    let line = list.output.split(separator: "\n").first { $0.contains(" TestAgents ") } ?? ""
    #expect(list.status == 0 && line.contains(" changed ") && line.contains(" Swift 6."), "\(list.output)")
    for expected in ["this is the first of two builds", "this is the other of two builds"] {
      let back = try await Self.verb("rollback", "TestAgents", settings: settings)
      #expect(back.status == 0, "\(back.output)\(back.errors)")
      #expect(try await build(of: system) == expected)
    }
    let unknown = try await Self.verb("rollback", "EchoC", settings: settings)
    #expect(
      unknown.status == 1 && unknown.errors.contains("has exchanged a library called EchoC"), "\(unknown)")
    #expect(try await system.host.stop() == 0, "\(system.host.log)")
  }

  @Test("what can't be loaded is not installed, and what ran goes on")
  func refusedInstall() async throws {
    let system = try await RunningSystem(["TestAgents"])
    try await system.waitForListeners()
    let settings = [
      "REDIS_URL": system.server.url, "AGENTHOST_DATA_DIR": system.host.dataDirectory,
      "AGENTHOST_AGENTS_DIR": system.agents.path,
    ]
    let folder = try TemporaryFolder()
    let broken = folder.path(of: "libTestAgents.so")
    try Data("text".utf8).write(to: URL(filePath: broken))
    let before = try Data(contentsOf: URL(filePath: system.agents.path(of: "TestAgents")))
    let refused = try await Self.verb("install", broken, settings: settings)
    #expect(refused.status == 5 && refused.errors.contains("refused at image"), "\(refused.errors)")
    #expect(try Data(contentsOf: URL(filePath: system.agents.path(of: "TestAgents"))) == before)
    #expect(try await build(of: system) == "this is the first of two builds")
    // By hand all the same: the host keeps what runs, and says why.
    try system.agents.write(Data("text".utf8), as: "TestAgents")
    let reload = try await Finished.agenthost(on: system.server, "reload", "TestAgents", "--wait")
    #expect(reload.status == 5 && reload.output.contains("refused, the one before runs"), "\(reload.output)")
    #expect(try await build(of: system) == "this is the first of two builds")
    let back = try await Self.verb("rollback", "TestAgents", settings: settings)
    #expect(back.status == 0, "\(back.output)\(back.errors)")
    #expect(try Data(contentsOf: URL(filePath: system.agents.path(of: "TestAgents"))) == before)
    let none = try await Self.verb("rollback", "TestAgents", settings: settings)
    #expect(none.status == 1 && none.errors.contains("has exchanged a library called TestAgents"), "\(none)")
    #expect(try await system.host.stop() == 0, "\(system.host.log)")
  }

  @Test("where signatures count, only what a trusted key has signed is served")
  func signatures() async throws {
    let folder = try TemporaryFolder()
    let keys = folder.path(of: "keys")
    try FileManager.default.createDirectory(atPath: keys, withIntermediateDirectories: true)
    let made = try await Self.verb("keygen", folder.path(of: "ours"))
    #expect(made.status == 0, "\(made.errors)")
    #expect(try await Self.verb("keygen", folder.path(of: "ours")).status == 1, "it would be overwritten")
    try FileManager.default.moveItem(atPath: folder.path(of: "ours.pub"), toPath: keys + "/ours.pub")
    let key = try FileManager.default.attributesOfItem(atPath: folder.path(of: "ours.key"))
    #expect((key[.posixPermissions] as? NSNumber)?.intValue == 0o600)
    let system = try await RunningSystem(
      ["EchoC"], settings: ["AGENTHOST_PLUGIN_TRUST": "signature", "AGENTHOST_PLUGIN_KEYS": keys])
    try await system.waitForListeners()
    #expect(system.host.log.contains("refused at trust"), "\(system.host.log)")
    let signed = try await Self.verb(
      "sign", "--key", folder.path(of: "ours.key"), system.agents.path(of: "EchoC"))
    #expect(signed.status == 0, "\(signed.errors)")
    let reload = try await Finished.agenthost(on: system.server, "reload", "--wait")
    #expect(reload.status == 0, "\(reload.output)\(reload.errors)")
    #expect(try await system.wire.result(of: WireRequest(), from: "echo").errors.isEmpty)
    try await otherVersions(of: system, key: folder.path(of: "ours.key"), keys: keys)
    #expect(try await system.host.stop() == 0, "\(system.host.log)")
  }

  /// What is not signed is not even tried; what is signed comes in with its signature, and a rollback brings that too.
  private func otherVersions(of system: RunningSystem, key: String, keys: String) async throws {
    let folder = try TemporaryFolder()
    let next = folder.path(of: "libEchoC.so")
    try (try AgentsFolder.contents(of: "EchoC") + Data([0])).write(to: URL(filePath: next))
    let settings = [
      "REDIS_URL": system.server.url, "AGENTHOST_PLUGIN_TRUST": "signature", "AGENTHOST_PLUGIN_KEYS": keys,
      "AGENTHOST_DATA_DIR": system.host.dataDirectory, "AGENTHOST_AGENTS_DIR": system.agents.path,
    ]
    let before = try Data(contentsOf: URL(filePath: system.agents.path(of: "EchoC")))
    let unsigned = try await Finished.agenthost("plugin", "install", next, settings: settings)
    #expect(unsigned.status == 5 && unsigned.errors.contains("refused at trust"), "\(unsigned)")
    #expect(try Data(contentsOf: URL(filePath: system.agents.path(of: "EchoC"))) == before)
    #expect(try await Self.verb("sign", "--key", key, next).status == 0)
    let installed = try await Finished.agenthost("plugin", "install", next, settings: settings)
    #expect(installed.status == 0, "\(installed)")
    for _ in 0..<2 {
      let back = try await Finished.agenthost("plugin", "rollback", "EchoC", settings: settings)
      #expect(back.status == 0, "\(back)")
    }
    #expect(try await Finished.agenthost("plugin", "rollback", "EchoC", settings: settings).status == 0)
    #expect(try Data(contentsOf: URL(filePath: system.agents.path(of: "EchoC"))) == before)
  }
}
