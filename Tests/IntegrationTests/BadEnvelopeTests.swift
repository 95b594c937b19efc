import Foundation
import RedisTestServer
import Testing

@Suite("What is no envelope", .running(["UppercaseAgent"]))
struct BadEnvelopeTests {
  private let system: RunningSystem
  private let wire: Wire

  init() throws {
    system = try #require(RunningSystem.current)
    wire = system.wire
  }

  @Test(
    "becomes a dead letter, and an error for the caller where one can be read",
    arguments: BadEnvelope.notJSON + BadEnvelope.wrongFields + BadEnvelope.wrongNames)
  func refused(bad: BadEnvelope) async throws {
    let worker = try system.host.workerProcessIdentifier()
    let id = try await wire.add(bad.bytes, to: "stream:role:uppercase")
    let letter = try await wire.deadLetter(of: id, role: "uppercase")
    #expect(
      letter.fields.map(\.name) == [
        "envelope", "reason", "deliveries", "agent_id", "code_hash", "time", "stream", "entry_id",
      ])
    let reason = try #require(letter["reason"])
    #expect(reason.hasPrefix("agenthost.invalid_envelope: "))
    #expect(reason.contains(bad.reason), "\(reason)")
    // Foundation drops a byte order mark from the strings that it reads out of JSON.
    let text = String(decoding: bad.bytes, as: UTF8.self).trimmingPrefix("\u{FEFF}")
    #expect(letter["envelope"] == String(text))
    #expect(letter["stream"] == "stream:role:uppercase")
    #expect(letter["deliveries"] == "1")
    if bad.reachesTheCaller {
      let result = try await wire.result(from: bad.resultList)
      #expect(result.errors.map(\.code) == ["agenthost.invalid_envelope"])
      #expect("agenthost.invalid_envelope: " + result.errors[0].message == reason)
      #expect(result.senderRole == "uppercase" && result.kind == "result")
      #expect(result.resultList == bad.resultList)
    } else {
      #expect(try wire.integer("EXISTS", bad.resultList, "stream:role:victim") == 0)
    }
    try await wire.waitUntilIdle("uppercase")
    #expect(try await wire.result(of: WireRequest(text: "on"), from: "uppercase").payload.text == "ON")
    #expect(try system.host.workerProcessIdentifier() == worker)
  }

  @Test("an entry without an envelope keeps its fields in its dead letter")
  func noEnvelope() async throws {
    let id = try system.server.cli("XADD", "stream:role:uppercase", "*", "first", "1", "reason", "mine")
    let letter = try await wire.deadLetter(of: id, role: "uppercase")
    #expect(letter["reason"] == "agenthost.invalid_envelope: the entry has no field named envelope")
    #expect(letter["entry.first"] == "1" && letter["entry.reason"] == "mine")
    #expect(letter["envelope"] == nil)
  }

  @Test("a dead letter says whose code it met, when, and where it lay")
  func fieldsOfADeadLetter() async throws {
    let agentID = try await wire.result(of: WireRequest(text: "x"), from: "uppercase").senderAgentID
    let digest = try await Finished.program("sha256sum", [system.agents.path(of: "UppercaseAgent")]).output
    let before = Date().timeIntervalSince1970
    let id = try await wire.send("garbage", to: "uppercase")
    let letter = try await wire.deadLetter(of: id, role: "uppercase")
    #expect(letter["agent_id"] == agentID)
    #expect(letter["code_hash"] == String(digest.prefix(64)))
    let time = try #require(Double(letter["time"] ?? ""))
    #expect((before - 1...before + 60).contains(time))
  }
}
