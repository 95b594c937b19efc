import Foundation
import RedisTestServer
import Testing

@Suite("The log")
struct LogTests {
  private func lines(_ path: String) -> [[String: Any]] {
    let text = (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
    return text.split(separator: "\n").compactMap {
      try? JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any]
    }
  }

  private func wait(for text: String, in path: String) async throws {
    try await RedisTestServer.wait(until: "\(path) says \"\(text)\"") {
      lines(path).contains { ($0["message"] as? String)?.contains(text) == true }
    }
  }

  @Test("what an agent says names the agent, its code and the message; the files have what belongs to them")
  func agents() async throws {
    let folder = try TemporaryFolder()
    let system = try await RunningSystem(
      ["TestAgents"],
      settings: ["LOG_DIR": folder.path(of: "a/b"), "LOG_LEVEL": "DEBUG", "AGENTHOST_LOG_FORMAT": "auto"])
    let request = WireRequest(payload: #"{"seconds":0}"#, conversationID: "talk")
    try await system.wire.send(request, to: "slow")
    _ = try await system.wire.result(from: request.resultList)
    let info = folder.path(of: "a/b/info.log")
    try await wait(for: "slow: begins \(request.messageID)", in: info)
    let line = try #require(
      lines(info).first { $0["message"] as? String == "slow: begins \(request.messageID)" })
    #expect(line["agent"] as? String == "SlowAgent")
    #expect(line["role"] as? String == "slow")
    #expect(line["message_id"] as? String == request.messageID)
    #expect(line["conversation_id"] as? String == "talk")
    #expect(line["generation"] as? String == "1")
    #expect((line["code"] as? String)?.wholeMatch(of: /[0-9a-f]{12}/) != nil)
    #expect(line["level"] as? String == "info")
    #expect(try await system.host.stop() == 0)
    #expect(lines(info).allSatisfy { $0["level"] as? String != "debug" })
    let debug = lines(folder.path(of: "a/b/debug.log"))
    let end = debug.filter { $0["message"] as? String == "slow: ends \(request.messageID)" }
    #expect(end.map { $0["level"] as? String } == ["debug"])
    #expect(debug.count > lines(info).count)
    // Nobody sees it: lines of JSON, too.
    for text in system.host.log.split(separator: "\n") {
      #expect(throws: Never.self, "\(text)") { try JSONSerialization.jsonObject(with: Data(text.utf8)) }
    }
  }

  @Test("what the host says of a message names the message and its role, too")
  func messages() async throws {
    let folder = try TemporaryFolder()
    let system = try await RunningSystem(
      ["TestAgents"],
      settings: [
        "LOG_DIR": folder.path(of: ""), "AGENTHOST_LOG_FORMAT": "json", "AGENTHOST_MAX_DELIVERIES": "2",
      ])
    let poison = WireRequest(payload: #"{"text":"crash"}"#, conversationID: "talk")
    let id = try await system.wire.send(poison, to: "crash")
    _ = try await system.wire.deadLetter(of: id, role: "crash")
    let said = "redelivering \(id) of stream:role:crash alone, for the 2. time"
    let info = folder.path(of: "info.log")
    try await wait(for: said, in: info)
    let line = try #require(lines(info).first { $0["message"] as? String == said })
    #expect(line["role"] as? String == "crash")
    #expect(line["entry"] as? String == id)
    #expect(line["message_id"] as? String == poison.messageID)
    #expect(line["conversation_id"] as? String == "talk")
    #expect(try await system.host.stop() == 0)
  }

  @Test(
    "files that are moved away are made anew: at once on USR1, which ends no process, and with the next line")
  func rotated() async throws {
    let folder = try TemporaryFolder()
    let system = try await RunningSystem(
      ["TestAgents"], settings: ["LOG_DIR": folder.path(of: ""), "AGENTHOST_LOG_FORMAT": "json"])
    let (info, files) = (folder.path(of: "info.log"), FileManager.default)
    try await wait(for: "is ready", in: info)
    let worker = try system.host.workerProcessIdentifier()
    try files.moveItem(atPath: info, toPath: info + ".1")
    for process in ProcessTable.children(of: system.host.processIdentifier) { kill(process, SIGUSR1) }
    system.host.send(SIGUSR1)
    try await RedisTestServer.wait(until: "the file is there again") { files.fileExists(atPath: info) }
    let request = WireRequest(payload: #"{"seconds":0}"#)
    try await system.wire.send(request, to: "slow")
    try await wait(for: "slow: begins \(request.messageID)", in: info)
    #expect(try system.host.workerProcessIdentifier() == worker)
    #expect(try await system.host.stop() == 0)
    #expect(lines(info + ".1").contains { $0["message"] as? String == "ready" })
  }

  @Test("two hosts have files of their own in one folder")
  func twoHosts() async throws {
    let folder = try TemporaryFolder()
    let settings = ["LOG_DIR": folder.path(of: "")]
    let first = try await RunningSystem(settings: settings)
    let second = try await RunningSystem(server: first.server, settings: settings)
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.path(of: ""))
      .filter { $0.hasSuffix(".log") }
    #expect(names.contains("info.log") && names.contains("debug.log"))
    let own = try #require(names.first { $0.hasPrefix("info.") && $0 != "info.log" })
    #expect(try await second.host.stop() == 0)
    #expect(try await first.host.stop() == 0)
    let log = try String(contentsOfFile: folder.path(of: own), encoding: .utf8)
    #expect(log.contains("is ready"))
  }

  @Test("a host whose files can't be made says so, and serves")
  func noFiles() async throws {
    let folder = try TemporaryFolder()
    try Data().write(to: URL(filePath: folder.path(of: "file")))
    let system = try await RunningSystem(settings: ["LOG_DIR": folder.path(of: "file/log")])
    #expect(system.host.log.contains("the log goes to standard error only"), "\(system.host.log)")
    let answer = try await system.send("abc")
    #expect(answer.output == "CBA\n")
    #expect(try await system.host.stop() == 0)
  }
}
