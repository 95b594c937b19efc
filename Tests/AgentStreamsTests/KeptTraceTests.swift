import AgentEnvelope
import SeededGenerator
import Testing

@testable import AgentStreams

@Suite("What is kept of a request's way")
struct KeptTraceTests {
  private func kept(steps: Int, error: String? = nil) throws -> (bytes: [UInt8], trace: KeptTrace?) {
    var trace = ""
    for step in 0..<steps {
      let text = error.map { "\"\($0)\"" } ?? "null"
      trace +=
        (step > 0 ? "," : "")
        + #"{"start_ts":\#(step),"role":"r\#(step)","agent_id":"h:1:2","end_ts":\#(step).5,"duration":0.5,"error":\#(text)}"#
    }
    let json =
      #"{"conversation_id":"c","message_id":"c:1","payload":{},"create_ts":7,"update_ts":9,"trace":[\#(trace)]}"#
    let envelope = Array(json.utf8)
    let end = CommitWrite.RequestEnd(
      request: "", state: .failed, kept: 1, list: "", envelope: envelope, timeToLive: 0)
    let bytes = try #require(KeptTrace.text(of: end))
    return (bytes, bytes.withUnsafeBytes { KeptTrace($0) })
  }

  @Test("it comes back as it was")
  func whole() throws {
    let trace = try #require(try kept(steps: 3, error: "no").trace)
    #expect(trace.state == .failed)
    #expect(trace.conversationID == "c")
    #expect((trace.created, trace.ended, trace.leftOut) == (7, 9, 0))
    #expect(trace.steps.map(\.role) == ["r0", "r1", "r2"])
    #expect(trace.steps.allSatisfy { $0.error == "no" && $0.duration == 0.5 })
    #expect(try kept(steps: 0).trace?.steps == [])
  }

  @Test("what the host has just written is copied, and comes back the same")
  func copied() throws {
    let inbound = Array(
      #"{"conversation_id":"c\"x","message_id":"c:1","payload":{"text":"secret"},"create_ts":7}"#.utf8)
    let sender = EnvelopeSender(role: "a", agentID: "h:1:1")
    let written = try inbound.withUnsafeBytes { bytes in
      try Envelope(scanning: bytes).rewritten(
        EnvelopeRewrite(
          targetRole: nil, targetAgentID: nil, targetList: nil, sender: sender, kind: "result",
          trace: TraceStep(startTimestamp: 8, agent: sender, endTimestamp: 9, duration: 1),
          processCount: 1, totalProcessingTime: 1, updateTimestamp: 9), of: bytes)
    }
    let end = CommitWrite.RequestEnd(
      request: "", state: .done, kept: 1, list: "", envelope: written.bytes, timeToLive: 0,
      parts: written.envelope.writtenParts)
    let text = try #require(KeptTrace.text(of: end))
    #expect(!String(decoding: text, as: UTF8.self).contains("secret"))
    let trace = try #require(text.withUnsafeBytes { KeptTrace($0) })
    #expect(trace.conversationID == "c\"x")
    #expect((trace.state, trace.created, trace.ended) == (.done, 7, 9))
    #expect(trace.steps.map(\.role) == ["a"])
  }

  @Test("a long way loses its middle, and no way is longer than may be kept")
  func long() throws {
    let (bytes, trace) = try kept(steps: 5000, error: String(repeating: "\\u0007語", count: 500))
    let found = try #require(trace)
    #expect(bytes.count <= KeptTrace.maximumBytes)
    #expect((2...KeptTrace.maximumSteps).contains(found.steps.count))
    #expect(found.leftOut == 5000 - found.steps.count)
    #expect(found.steps.first?.role == "r0" && found.steps.last?.role == "r4999")
  }

  @Test(
    "what others have written is no trace, or one",
    arguments: [
      #"{"state":"done","left_out":9223372036854774784,"trace":[{},{}]}"#,
      "", "[]", "{}", #"{"state":"done"}"#, #"{"state":"x","trace":[]}"#, #"{"state":"done","trace":[1,{}]}"#,
    ])
  func broken(text: String) {
    let trace = Array(text.utf8).withUnsafeBytes { KeptTrace($0) }
    #expect(trace == nil || trace?.steps.count == 2)
  }
}
