import AgentSDK
import SeededGenerator
import Testing

@Suite("What an agent reads from a message")
struct MessageTests {
  private struct Text: Codable, Equatable {
    var text: String
    var count: Int?
  }

  @Test("decodes by Codable, and ignores other keys")
  func decodes() throws {
    let message = Message(payload: Array(#"{"text":"häl\u006co","count":2,"other":[{}]}"#.utf8))
    #expect(try message.decode(Text.self) == Text(text: "hällo", count: 2))
  }

  @Test("a missing key is an error that names it")
  func missing() {
    let error = #expect(throws: DecodingError.self) {
      try Message(payload: Array("{}".utf8)).decode(Text.self)
    }
    #expect(error.map { "\($0)" }?.contains("text") == true)
  }

  @Test(
    "a value as text, as Python's str has it, numbers digit for digit",
    arguments: [
      (#"{"text":"a\"b\u00e9\n"}"#, "a\"bé\n"), (#"{"text":null}"#, "None"), (#"{"text":true}"#, "True"),
      (#"{ "text" : false }"#, "False"), (#"{"text":1.0}"#, "1.0"), (#"{"text": 1e3 ,"x":1}"#, "1e3"),
      (#"{"text":-0.10}"#, "-0.10"), (#"{"text":123456789012345678901}"#, "123456789012345678901"),
      (#"{"text":[1, {"text":"}"}]}"#, #"[1, {"text":"}"}]"#), (#"{"text":{"a":","} }"#, #"{"a":","}"#),
      (#"{"text":1,"text":"last"}"#, "last"), (#"{"te\u0078t":"escaped"}"#, "escaped"),
      (#"{"a":{"text":"inner"},"b":"\"text\":1","text":"outer"}"#, "outer"), (#"{"text":""}"#, ""),
    ])
  func text(payload: String, expected: String) throws {
    #expect(try Message(payload: Array(payload.utf8)).text(of: "text") == expected)
  }

  @Test(
    "an absent key has no text", arguments: ["{}", #"{"a":{"text":1}}"#, #"{"a":"text"}"#, "", "[]", "null"])
  func absent(payload: String) throws {
    #expect(try Message(payload: Array(payload.utf8)).text(of: "text") == nil)
  }

  @Test("broken payloads never trap")
  func broken() throws {
    var random = SeededGenerator(seed: 7)
    let pieces = [
      "{", "}", "[", "]", "\"", "\\", ":", ",", "text", " ", "1", "null", "\"text\":", "\\u00", "é",
    ]
    var found = 0
    for _ in 0..<20_000 {
      let count = Int.random(in: 0...12, using: &random)
      let middle = (0..<count).map { _ in pieces[Int.random(in: 0..<pieces.count, using: &random)] }.joined()
      let message = Message(payload: Array(("{\"text\":" + middle).utf8))
      do { if try message.text(of: "text") != nil { found += 1 } } catch is DecodingError { found += 1 }
    }
    #expect(found == 20_000)
  }

  @Test func `Each name can be read and changed, and the others stay`() {
    var message = Message(
      payload: [], conversationID: "conversation", messageID: "m", senderRole: "", senderAgentID: "höst:1:2")
    func names() -> [String] {
      [message.conversationID, message.messageID, message.senderRole, message.senderAgentID]
    }
    #expect(names() == ["conversation", "m", "", "höst:1:2"])
    message.senderRole = "a longer role"
    message.conversationID = "c"
    #expect(names() == ["c", "m", "a longer role", "höst:1:2"])
    message.senderAgentID = ""
    message.messageID += "essage"
    #expect(names() == ["c", "message", "a longer role", ""])
    #expect(Message(payload: []).senderRole == "external")
  }
}
