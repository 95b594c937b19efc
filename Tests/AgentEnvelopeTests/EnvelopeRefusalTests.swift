import AgentEnvelope
import Testing
import StrictJSON

@Suite struct EnvelopeRefusalTests {
  @Test func `Any byte at any place of an identifier is judged by itself`() {
    for place in 0...20 {
      for byte in UInt8.min..<0x80 where byte != UInt8(ascii: "\"") && byte != UInt8(ascii: "\\") {
        var text = Array("abcdefghijklmnopqrst".utf8)
        text.insert(byte, at: place)
        let isAllowed = byte >= 0x20 && byte != 0x7F && byte != UInt8(ascii: "{") && byte != UInt8(ascii: "}")
        let id = String(decoding: text, as: UTF8.self)
        let error = refusal(of: #"{"conversation_id":"\#(id)","message_id":"m","payload":{}}"#)
        #expect((error == nil) == isAllowed, "\(byte) at \(place)")
      }
    }
  }

  @Test(arguments: [
    (#"{"message_id":"m","payload":{}}"#, EnvelopeField.conversationID),
    (#"{"conversation_id":"c","payload":{}}"#, .messageID),
    (#"{"conversation_id":"c","message_id":"m"}"#, .payload),
  ])
  func `Conversation, message and payload are required`(text: String, field: EnvelopeField) {
    #expect(refusal(of: text)?.code == .missingField(field))
  }

  @Test(arguments: ["[]", "null", "\"x\"", "3"])
  func `The payload is an object`(payload: String) throws {
    let error = try #require(refusal(of: Message.text(payload: payload)))
    guard case .wrongType(.payload, expected: "an object", _) = error.code else {
      Issue.record("refused for another reason: \(error)")
      return
    }
  }

  @Test(arguments: [
    "", #"a\u0000"#, #"a\nb"#, "a{b", "a}b", #"\u007b"#, "\u{7F}", "\u{85}", #"\u0085"#, #"\ud800"#,
  ])
  func `Ids hold no control characters, no braces and no half surrogate pairs`(id: String) throws {
    for field in [EnvelopeField.conversationID, .messageID] {
      let text =
        field == .messageID
        ? #"{"conversation_id":"c","message_id":"\#(id)","payload":{}}"#
        : #"{"conversation_id":"\#(id)","message_id":"m","payload":{}}"#
      let error = try #require(refusal(of: text))
      guard case .badIdentifier(field, _) = error.code else {
        Issue.record("refused for another reason: \(error)")
        return
      }
    }
    #expect((refusal(of: Message.text(fields: #""result_list":"result:\#(id)""#))?.code) != nil)
  }

  @Test func `Other text in ids is accepted`() throws {
    let id = "ключ é à 😀 \\\"quoted\\\" [x] \u{A0}"
    let message = try Message(#"{"conversation_id":"\#(id)","message_id":"\#(id)","payload":{}}"#)
    #expect(message.read { $0.messageID(in: $1) } == "ключ é à 😀 \"quoted\" [x] \u{A0}")
  }

  @Test func `Ids are bounded by their decoded length`() {
    func text(_ id: String) -> String { #"{"conversation_id":"c","message_id":"\#(id)","payload":{}}"# }
    #expect(refusal(of: text(String(repeating: "a", count: 512))) == nil)
    #expect(refusal(of: text(String(repeating: "\\u0061", count: 512))) == nil)
    let tooLong = EnvelopeError.Code.badIdentifier(.messageID, reason: "is longer than 512 bytes")
    #expect(refusal(of: text(String(repeating: "a", count: 513)))?.code == tooLong)
    #expect(refusal(of: text(String(repeating: "\\u0061", count: 513)))?.code == tooLong)
    #expect(refusal(of: text(String(repeating: "é", count: 257)))?.code == tooLong)
  }

  @Test(arguments: ["result:", "results:x", "stream:role:manager", "RESULT:x", "result"])
  func `A result list begins with its prefix and has a name`(list: String) {
    let error = refusal(of: Message.text(fields: "\"result_list\":\"\(list)\""))
    #expect(error?.code == .badResultList(reason: "must be \"result:\" and a name"))
    #expect(error?.resultList == nil)
    #expect(error?.messageID == "m")
  }

  @Test(arguments: ["[]", "\"x\"", "12", "null"])
  func `Other JSON is no envelope`(text: String) {
    #expect(refusal(of: text)?.code == .notAnObject)
  }

  @Test(arguments: ["", "{", "reload", "{}{}", "{\"a\":1}x"])
  func `What is no JSON says so`(text: String) throws {
    let error = try #require(refusal(of: text))
    guard case .notJSON = error.code else {
      Issue.record("refused for another reason: \(error)")
      return
    }
  }

  @Test func `An envelope that is too large still tells where an error goes`() {
    let text = Message.text(
      fields: #""result_list":"result:x""#, payload: #"{"text":"\#(String(repeating: "a", count: 100))"}"#)
    #expect(refusal(of: text, limits: EnvelopeLimits(maximumBytes: text.utf8.count)) == nil)
    #expect(
      refusal(of: text, limits: EnvelopeLimits(maximumBytes: 100))
        == EnvelopeError(
          .tooLarge(byteCount: text.utf8.count, limit: 100), conversationID: "c", messageID: "m",
          resultList: "result:x"))
  }

  @Test func `NaN in a payload is refused by name, and an error can still be sent`() {
    let text = Message.text(
      fields: #""result_list":"result:x""#, payload: #"{"score":NaN,"other":-Infinity}"#)
    let error = refusal(of: text)
    #expect(error?.code == .notJSON(JSONError(.notFinite("NaN"), at: 59)))
    #expect(error?.description == "the envelope is not JSON: byte 59: NaN is not JSON")
    #expect(error?.resultList == "result:x")
  }

  @Test func `The default result list is only used when none can stand behind the error`() {
    #expect(refusal(of: Message.text(payload: "3"))?.resultList == "result:m")
    let cut = #"{"message_id":"m","conversation_id":"c","payload":{"#
    #expect(refusal(of: cut)?.messageID == "m")
    #expect(refusal(of: cut)?.resultList == nil)
    #expect(refusal(of: #"{"result_list":"result:x","message_id":"m","payload":{"#)?.resultList == "result:x")
  }

  @Test func `Ids that are not allowed are not handed on`() {
    let error = refusal(of: #"{"conversation_id":"a{b","message_id":"m\n","payload":{}}"#)
    #expect(error?.conversationID == nil)
    #expect(error?.messageID == nil)
    #expect(error?.resultList == nil)
  }

  @Test func `Nesting is counted from the envelope on`() {
    func text(_ depth: Int) -> String {
      Message.text(
        payload: #"{"a":"# + String(repeating: "[", count: depth) + String(repeating: "]", count: depth) + "}"
      )
    }
    #expect(refusal(of: text(126)) == nil)
    guard case .notJSON(let error) = refusal(of: text(127))?.code else {
      Issue.record("accepted, or refused for another reason")
      return
    }
    #expect(error.code == .tooDeep(limit: 128))
  }
}
