import SeededGenerator
import Testing

@testable import AgentRuntime

@Suite("A file of settings")
struct HostSettingsFileTests {
  private func settings(_ text: String, environment: [String: String] = [:]) throws -> Settings {
    let file = try HostSettingsFile(path: "agenthost.yaml", text: text)
    return try Settings(environment: SettingOrigin.merge(environment, file).variables)
  }

  @Test("is read as the environment would be, with units; what the environment says goes before it")
  func reading() throws {
    let text = """
      redis:
        url: redis://h:1/2   # the server
        socket_timeout: 500ms
        tls: {ca: /ca.pem}
      limits:
        envelope_age: 10 m
        envelope_bytes: 4MiB
        process_count: 7
      workers: {memory: 2GiB}
      log: {level: DEBUG}
      data_directory: /data
      statistics:
        interval: 1.5
      """
    let read = try settings(text, environment: ["MAX_PROCESS_COUNT": "9", "LOG_LEVEL": "ERROR"])
    #expect(read.redisURL == "redis://h:1/2" && read.tlsAuthorities == "/ca.pem")
    #expect(read.redisSocketTimeout == 0.5 && read.maxEnvelopeAge == 600 && read.reportInterval == 1.5)
    #expect(read.maxEnvelopeBytes == 4 << 20 && read.workerMemory == 2048)
    #expect(read.maxProcessCount == 9 && read.logLevel == "ERROR" && read.dataDirectory == "/data")
    for nothing in ["", "# nothing\n", "~", "{}", "redis: {}"] {
      #expect(try settings(nothing) == Settings(), "\(nothing)")
    }
  }

  @Test("the address in the environment is not joined by one in a file; each says where it is from")
  func origins() throws {
    let file = try HostSettingsFile(path: "f", text: "log: {level: DEBUG}\nredis: {url_file: /run/url}\n")
    let (variables, origins) = SettingOrigin.merge(["REDIS_URL": "redis://h"], file)
    #expect(variables["REDIS_URL_FILE"] == nil && variables["LOG_LEVEL"] == "DEBUG")
    #expect(origins == ["REDIS_URL": .environment, "LOG_LEVEL": .file(line: 1)])
    // A password is the file's server's.
    let secret = try HostSettingsFile(path: "f", text: "redis: {url: redis://a, password_file: /p}\n")
    #expect(SettingOrigin.merge(["REDIS_URL_FILE": "/u"], secret).variables == ["REDIS_URL_FILE": "/u"])
    #expect(SettingOrigin.merge([:], secret).variables["AGENTHOST_REDIS_PASSWORD_FILE"] == "/p")
  }

  static let bad: [(text: String, words: [String])] = [
    ("redis:\n  urls: x\n", ["line 2", #"key "redis.urls""#, "expected one of redis.url, "]),
    ("colour: red\n", ["line 1", #"key "colour""#, "expected one of redis, limits, log"]),
    (
      "redis: {socket_timeout: 5 parsecs}\n",
      ["line 1", "redis.socket_timeout", "units ms, s, m, h", "5 parsecs"]
    ),
    ("redis: {socket_timeout: 0}\n", ["a number of seconds from 0.1 to 600.0", #"found "0""#]),
    ("redis: {socket_timeout: 1 h}\n", ["a number of seconds from 0.1 to 600.0", #"found "1 h""#]),
    ("redis: {max_connections: 20 MiB}\n", ["expected a number of connections, found \"20 MiB\""]),
    ("redis: {max_connections: 1.5}\n", ["a whole number from 1 to 1000"]),
    ("workers: {memory: 1KiB}\n", ["units MiB, GiB"]),
    ("log: {level: debug}\n", ["expected one of DEBUG, INFO, WARNING, ERROR", #"found "debug""#]),
    ("log: {directory: 5}\n", ["a text; put it in quotes"]), ("log: INFO\n", [#"key "log""#]),
    ("log:\n  level: [DEBUG]\n", ["line 2", #"key "log.level""#, "a list"]),
    ("log: {level: true}\n", ["a number or a text"]), ("[]\n", ["keys with values"]),
    ("x\n", ["keys with values"]),
    ("log: {level: INFO}\nlog: {level: DEBUG}\n", ["line 2", "more than once"]),
    ("log: {", ["line 2"]), ("plugins: {trust: owners}\n", ["one of owner, signature, any"]),
    ("config: other.yaml\n", [#"key "config""#]), ("redis.url: x\n", ["line 1", "keys without dots"]),
    ("redis: {tls.ca: x}\n", ["keys without dots"]), ("'': {redis: {url: x}}\n", ["keys without dots"]),
    ("colour: {}\n", [#"key "colour""#]), ("log: {level: {}}\n", ["expected a text"]),
    ("limits: {deliveries: {}}\n", ["a number of deliveries"]),
  ]

  @Test("what can't be used is refused with file, line, key and what is expected", arguments: bad)
  func refused(text: String, words: [String]) throws {
    let error = #expect(throws: HostSettingsFileError.self) {
      try HostSettingsFile(path: "/etc/agenthost.yaml", text: text)
    }
    let description = error?.description ?? ""
    #expect(description.hasPrefix("/etc/agenthost.yaml, line "), "\(description)")
    for words in words { #expect(description.contains(words), "\(description)") }
  }

  @Test("every setting has a key of its own, and none is a group of others")
  func keys() {
    let keys = SettingsTable.all.compactMap(\.key)
    #expect(Set(keys).count == keys.count && keys.count == SettingsTable.all.count - 1)
    for key in keys { #expect(!keys.contains { $0.hasPrefix(key + ".") }, "\(key)") }
  }

  @Test("a damaged file is read or refused, and breaks nothing", arguments: 0..<20)
  func damaged(seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    let whole = Array(
      "redis:\n  url: redis://h\n  socket_timeout: 5 s\nlimits: {deliveries: 3, task_timeout: 1.5m}\n".utf8)
    for _ in 0..<200 {
      var bytes = whole
      for _ in 0..<Int.random(in: 1...4, using: &generator) {
        let index = Int.random(in: 0..<bytes.count, using: &generator)
        if Bool.random(using: &generator) {
          bytes[index] = UInt8.random(in: 0...127, using: &generator)
        } else {
          bytes.removeSubrange(index..<min(bytes.count, index + Int.random(in: 1...8, using: &generator)))
        }
        if bytes.isEmpty { break }
      }
      let text = String(decoding: bytes, as: UTF8.self)
      if let file = try? HostSettingsFile(path: "f", text: text) {
        #expect(throws: Never.self) { try Settings(environment: SettingOrigin.merge([:], file).variables) }
      }
    }
  }
}
