@testable import AgentEnvelope
import SeededGenerator
import StrictJSON
import Testing

@Suite struct EnvelopeFieldTests {
  @Test func `There is room for each field`() {
    #expect(EnvelopeFieldSpans.count == EnvelopeField.allCases.count)
  }

  @Test func `Keys are expected in the order in which they are written`() throws {
    let entry = TraceEntry(startTimestamp: 1, role: "r", agentID: "a", endTimestamp: 2, duration: 1)
    let fields = #""create_ts":1726339057.123456"#
    let message = try Message(Message(fields: fields, payload: #"{"a":1}"#).rewritten(.hop(trace: entry)))
    try message.bytes.withUnsafeBytes { bytes in
      var scanner = JSONScanner(bytes, mode: .inbound, maximumDepth: 8)
      let isOpen = try scanner.openObject()
      #expect(isOpen)
      var field: EnvelopeField? = .conversationID
      repeat {
        let expected = try #require(field)
        let isPassed = scanner.skip(expected.expectedKey)
        #expect(isPassed, "\(expected)")
        if expected == .trace { try lookAtEntry(scanner) }
        _ = try scanner.value(openContainers: 1)
        field = expected.next
      } while try scanner.continuesObject()
      #expect(field == nil)
    }
  }

  /// At the begin of a trace with one entry.
  private func lookAtEntry(_ list: JSONScanner) throws {
    var scanner = list
    scanner.position += 1
    let isOpen = try scanner.openObject()
    #expect(isOpen)
    var seen = 0
    for key in TraceStep.keys {
      let isPassed = scanner.skip(key)
      #expect(isPassed)
      _ = try scanner.value(openContainers: 3)
      seen += 1
      if try !scanner.continuesObject() { break }
    }
    #expect(seen == TraceStep.keys.count)
    #expect(scanner.next == ASCII.closeBracket)
  }

  @Test func `Fields may come in any order, and the last of two counts`() throws {
    let written = try Message(Message(payload: #"{"a":1}"#).rewritten(.hop()))
    let members = try written.bytes.withUnsafeBytes { bytes in
      var scanner = JSONScanner(bytes, mode: .inbound, maximumDepth: 8)
      return try scanner.members(openContainers: 0).map { member in
        String(decoding: member.key.quoted.bytes(in: bytes), as: UTF8.self) + ":"
          + String(decoding: member.value.bytes(in: bytes), as: UTF8.self)
      }
    }
    var random = SeededGenerator(seed: 3)
    for _ in 0..<200 {
      let first = #""kind":"first","process_count":7,"#
      let message = try Message("{" + first + members.shuffled(using: &random).joined(separator: ",") + "}")
      for field in EnvelopeField.allCases {
        #expect(
          written.read { Array($0.span(field).bytes(in: $1)) }
            == message.read { Array($0.span(field).bytes(in: $1)) })
      }
      #expect(message.envelope.processCount == written.envelope.processCount)
    }
  }

  @Test func `The specification's seven fields are enough, and the rest has its defaults`() throws {
    let message = try Message(
      #"""
      {"conversation_id": "conv_123", "message_id": "conv_123:1726339057.123", "target_role": "manager",
       "sender_role": "external", "kind": "task", "payload": {"text": "Hello, world!", "stage": "start"},
       "result_list": "result:conv_123:1726339057.123"}
      """#)
    message.read { envelope, bytes in
      #expect(envelope.conversationID(in: bytes) == "conv_123")
      #expect(envelope.messageID(in: bytes) == "conv_123:1726339057.123")
      #expect(envelope.targetRole(in: bytes) == "manager")
      #expect(envelope.targetAgentID(in: bytes) == nil)
      #expect(envelope.targetList(in: bytes) == nil)
      #expect(envelope.senderRole(in: bytes) == "external")
      #expect(envelope.senderAgentID(in: bytes) == nil)
      #expect(envelope.kind(in: bytes) == "task")
      #expect(envelope.resultList(in: bytes) == "result:conv_123:1726339057.123")
      #expect(envelope.traceEntries(in: bytes) == [])
      #expect(envelope.errors(in: bytes) == [])
      #expect(envelope.payloadMembers.count == 2)
    }
    #expect(message.envelope.processCount == 0)
    #expect(message.envelope.totalProcessingTime == 0)
    #expect(message.envelope.createTimestamp == 0)
    #expect(message.envelope.updateTimestamp == 0)
  }

  @Test(arguments: [
    "", #""kind":null,"sender_role":null,"result_list":null,"trace":null,"process_count":null"#,
  ])
  func `Absent and null mean the default`(fields: String) throws {
    let message = try Message(fields: fields)
    message.read { envelope, bytes in
      #expect(envelope.kind(in: bytes) == "task")
      #expect(envelope.senderRole(in: bytes) == "external")
      #expect(envelope.resultList(in: bytes) == "result:m")
      #expect(envelope.processCount == 0)
    }
  }

  @Test func `An empty result list, sender or target counts as none`() throws {
    let message = try Message(
      fields: #""result_list":"","sender_role":"","target_role":"","reply_role":"qc""#)
    message.read { envelope, bytes in
      #expect(envelope.resultList(in: bytes) == "result:m")
      #expect(envelope.senderRole(in: bytes) == "external")
      #expect(envelope.targetRole(in: bytes) == "qc")
    }
  }

  @Test func `ts is read where update_ts is absent`() throws {
    #expect(try Message(fields: #""ts":7.5"#).envelope.updateTimestamp == 7.5)
    #expect(try Message(fields: #""ts":7.5,"update_ts":null"#).envelope.updateTimestamp == 7.5)
    #expect(try Message(fields: #""update_ts":8,"ts":7.5"#).envelope.updateTimestamp == 8)
  }

  @Test func `reply_role is read as target_role where that is absent`() throws {
    let reply = try Message(fields: #""reply_role":"clarify""#)
    #expect(reply.read { $0.targetRole(in: $1) } == "clarify")
    let both = try Message(fields: #""reply_role":"clarify","target_role":"summarize""#)
    #expect(both.read { $0.targetRole(in: $1) } == "summarize")
  }

  @Test func `reply_list makes the result list the target list`() throws {
    let named = try Message(fields: #""reply_list":"any","result_list":"result:x","target_list":"other""#)
    #expect(named.read { $0.targetList(in: $1) } == "result:x")
    let byDefault = try Message(fields: #""reply_list":"any""#)
    #expect(byDefault.read { $0.targetList(in: $1) } == "result:m")
    let null = try Message(fields: #""reply_list":null,"target_list":"other""#)
    #expect(null.read { $0.targetList(in: $1) } == "other")
  }

  @Test func `Of a duplicate field the last counts`() throws {
    let message = try Message(
      fields: #""kind":"status","\u006bind":"control","payload":{"x":1}"#, payload: "3")
    #expect(message.read { $0.kind(in: $1) } == "control")
    #expect(message.read { $0.payloadValue("x", in: $1) } != nil)
  }

  @Test func `A name written with escapes is the same name`() throws {
    let message = try Message(fields: #""process\u005fcount":4,"result\u005Flist":"result:\u0061""#)
    #expect(message.envelope.processCount == 4)
    #expect(message.read { $0.resultList(in: $1) } == "result:a")
  }

  @Test func `Names of the same length as a field's are not mistaken for it`() throws {
    for field in EnvelopeField.allCases {
      let name = field.name.description
      for position in name.indices {
        var other = name
        other.replaceSubrange(position...position, with: "z")
        #expect(refusal(of: Message.text(fields: "\"\(other)\":[true]")) == nil, "\(other)")
      }
    }
  }

  @Test(arguments: [("3", 3), ("3.0", 3), ("3e2", 300), ("-0", 0), ("9223372036854775807", Int.max)])
  func `process_count takes whole numbers, written as floats too`(text: String, count: Int) throws {
    #expect(try Message(fields: "\"process_count\":\(text)").envelope.processCount == count)
  }

  @Test(arguments: ["-1", "1.5", "9223372036854775808", "1e300", "true", "\"3\"", "[]", "{}"])
  func `process_count takes nothing else`(text: String) throws {
    let error = try #require(refusal(of: Message.text(fields: "\"process_count\":\(text)")))
    guard case .wrongType(.processCount, _, _) = error.code else {
      Issue.record("refused for another reason: \(error)")
      return
    }
  }

  @Test(
    arguments: [EnvelopeField.totalProcessingTime, .createTimestamp, .updateTimestamp, .timestamp],
    ["true", "\"1\"", "[]", "1e400"])
  func `Times are finite numbers`(field: EnvelopeField, text: String) throws {
    let error = try #require(refusal(of: Message.text(fields: "\"\(field.name)\":\(text)")))
    guard case .wrongType(field, _, _) = error.code else {
      Issue.record("refused for another reason: \(error)")
      return
    }
  }

  @Test(
    arguments: [
      EnvelopeField.targetRole, .targetAgentID, .targetList, .senderRole, .senderAgentID, .kind, .resultList,
      .replyRole, .replyList,
    ], ["1", "false", "[]", "{}"])
  func `Texts are strings or null`(field: EnvelopeField, text: String) {
    let name = field.name.description
    let found = ["1": "a number", "false": "a boolean", "[]": "an array", "{}": "an object"]
    #expect(
      refusal(of: Message.text(fields: "\"\(name)\":\(text)"))?.code
        == .wrongType(field, expected: "a string or null", found: found[text] ?? ""))
    #expect(refusal(of: Message.text(fields: "\"\(name)\":null")) == nil)
  }

  @Test func `The trace is an array`() {
    #expect(
      refusal(of: Message.text(fields: #""trace":{}"#))?.description
        == "trace is an object; it must be an array or null")
  }
}
