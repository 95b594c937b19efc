/// A request from outside, as JSON text: the specification's example and whatever a test adds.
struct WireRequest {
  let messageID: String
  var payload: String
  var senderRole = "external"
  /// More members of the envelope, as JSON text.
  var members: [String] = []

  /// `payload` is JSON text.
  init(payload: String = #"{"text":"hello"}"#, conversationID: String = "wire") {
    messageID = "\(conversationID):\(UInt64.random(in: 0...(1 << 53)))"
    self.payload = payload
  }

  init(text: String) {
    self.init(payload: #"{"text":\#(Self.json(text)),"stage":"start"}"#)
  }

  var resultList: String { "result:\(messageID)" }

  var json: String {
    let conversationID = messageID.prefix { $0 != ":" }
    let fields = [
      #""conversation_id":"\#(conversationID)""#, #""message_id":"\#(messageID)""#,
      #""sender_role":"\#(senderRole)""#, #""kind":"task""#, #""payload":\#(payload)"#,
      #""result_list":"\#(resultList)""#,
    ]
    return "{\((fields + members).joined(separator: ","))}"
  }

  private static func json(_ text: String) -> String {
    let escaped = text.flatMap { $0 == "\"" || $0 == "\\" ? ["\\", $0] : [$0] }
    return "\"\(String(escaped))\""
  }
}
