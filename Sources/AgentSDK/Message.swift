import StrictJSON

/// One message, as an agent receives it: a copy, valid as long as the agent keeps it.
public struct Message: Sendable {
  private var names: MessageNames
  /// Which conversation it belongs to.
  public var conversationID: String {
    get { names[.conversationID] }
    set { names[.conversationID] = newValue }
  }
  /// Which request it belongs to; the same at every step.
  public var messageID: String {
    get { names[.messageID] }
    set { names[.messageID] = newValue }
  }
  /// The role of whoever sent it; "external" for a request from outside.
  public var senderRole: String {
    get { names[.senderRole] }
    set { names[.senderRole] = newValue }
  }
  /// The agent that sent it.
  public var senderAgentID: String {
    get { names[.senderAgentID] }
    set { names[.senderAgentID] = newValue }
  }
  /// What it is for.
  public var kind: MessageKind
  /// One JSON object, as UTF-8.
  public var payload: [UInt8]
  /// How long the host waits for the answer before it cancels the work.
  public var timeout: Duration
  /// How many agents have worked on it before.
  public var processCount: Int
  /// How often it was delivered: 1 at first, more after a crash or a lost host.
  public var deliveries: Int

  /// A message with the given payload; in use, the host makes them.
  public init(
    payload: [UInt8], kind: MessageKind = .task, conversationID: String = "", messageID: String = "",
    senderRole: String = "external", senderAgentID: String = "", timeout: Duration = .seconds(60),
    processCount: Int = 0, deliveries: Int = 1
  ) {
    self.init(
      payload: payload, kind: kind, names: MessageNames(), timeout: timeout, processCount: processCount,
      deliveries: deliveries)
    self.conversationID = conversationID
    self.messageID = messageID
    self.senderRole = senderRole
    self.senderAgentID = senderAgentID
  }

  init(
    payload: [UInt8], kind: MessageKind, names: MessageNames, timeout: Duration, processCount: Int,
    deliveries: Int
  ) {
    self.names = names
    self.kind = kind
    self.payload = payload
    self.timeout = timeout
    self.processCount = processCount
    self.deliveries = deliveries
  }

  /// The payload read as `type`. Keys that the type does not name are ignored; they are not lost,
  /// for a reply merges.
  public func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
    try PayloadCoding.decode(type, from: payload)
  }

  /// The value of a top-level key as text, as Python's `str` gives it: a string as it is, "True",
  /// "False", "None" for null, a number with the digits it came with. A list or an object stays JSON.
  /// Nil where the key is absent.
  public func text(of key: String) throws -> String? {
    try payload.withUnsafeBytes { payload in
      guard let json = try Self.member(key, of: payload) else { return nil }
      if json.first == UInt8(ascii: "\"") { return try Self.string(json) }
      switch String(decoding: json, as: UTF8.self) {
      case "null": return "None"
      case "true": return "True"
      case "false": return "False"
      case let other: return other
      }
    }
  }

  /// Of a string literal that was scanned before.
  private static func string(_ json: UnsafeRawBufferPointer) throws -> String {
    let content = UnsafeRawBufferPointer(rebasing: json[1..<json.count - 1])
    // Without escapes the text is what stands there.
    if !content.contains(UInt8(ascii: "\\")) { return String(decoding: content, as: UTF8.self) }
    return try PayloadCoding.decode(String.self, from: json)
  }

  private static func member(
    _ key: String, of payload: UnsafeRawBufferPointer
  ) throws -> UnsafeRawBufferPointer? {
    do throws(JSONError) {
      return try TopLevelMember.json(of: key, in: payload)
    } catch {
      throw JSONDocument.notJSON(error)
    }
  }
}
