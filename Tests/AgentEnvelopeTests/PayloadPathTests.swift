import AgentEnvelope
import Testing
import StrictJSON

@Suite struct PayloadPathTests {
  private let payload =
    #"{"text":"t","summary":{"a":[1],"response":"old","response":"na\u00efve \ud83d\ude00","#
    + #""deep":{"er":{"x":1.50}}},"é":"composed"}"#

  private func raw(_ path: [String]) throws -> String? {
    try Message(payload: payload).read { envelope, bytes in
      envelope.payloadValue(at: path, in: bytes).map { String(decoding: $0.bytes(in: bytes), as: UTF8.self) }
    }
  }

  @Test func `A path leads to the value, of duplicate keys to the last`() throws {
    #expect(try raw(["text"]) == "\"t\"")
    #expect(try raw(["summary", "deep", "er", "x"]) == "1.50")
    #expect(try raw(["summary", "response"]) == #""na\u00efve \ud83d\ude00""#)
    #expect(try raw([]) == payload)
  }

  @Test(arguments: [["none"], ["text", "x"], ["summary", "a", "0"], ["summary", "respons"], ["e\u{301}"]])
  func `A path that leads nowhere gives nothing`(path: [String]) throws {
    #expect(try raw(path) == nil)
  }

  @Test func `Only strings have a text`() throws {
    let message = try Message(payload: payload)
    message.read { envelope, bytes in
      let response = envelope.payloadValue(at: ["summary", "response"], in: bytes) ?? .absent
      #expect(envelope.string(at: response, in: bytes) == "naïve 😀")
      let number = envelope.payloadValue(at: ["summary", "deep", "er", "x"], in: bytes) ?? .absent
      #expect(!number.isAbsent && envelope.string(at: number, in: bytes) == nil)
    }
  }
}
