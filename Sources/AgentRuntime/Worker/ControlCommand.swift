import StrictJSON

/// A command to hosts: `{"kind":"control","command":"reload"}`, or the bare word.
enum ControlCommand: Equatable {
  case reload
  /// To all: the desired state has changed. To a role: a message was delayed for it that is due soon.
  case look
  /// What agents tell each other on the same channels; of this agent, where it is named.
  case event(agentID: String?)
  case unknown(String)

  private static let maximumDepth = 16

  init(_ message: String) {
    // The bare word is no JSON, and needs none.
    let said = Said(message)
    let command = said?.kind == "control" ? said?.command : message
    switch command {
    case _ where said?.kind == "status": self = .event(agentID: said?.agentID)
    case "reload": self = .reload
    case "look": self = .look
    default: self = .unknown(command ?? message)
    }
  }

  /// The agent that it is an event of.
  var eventAgentID: String? {
    if case .event(let agentID) = self { agentID } else { nil }
  }

  /// What counts of an object. Only that is made: most of what is heard is how all agents of all hosts are.
  private struct Said {
    var kind: String?
    var command: String?
    var agentID: String?

    /// Nil for what is no object.
    init?(_ message: String) {
      var text = message
      // What is no JSON is no object either.
      let said = text.withUTF8 { try? Said(UnsafeRawBufferPointer($0)) }
      guard let said else { return nil }
      self = said
    }

    private init?(_ bytes: UnsafeRawBufferPointer) throws(JSONError) {
      guard bytes.count <= ByteSpan.maximumMessageBytes else { return nil }
      var scanner = JSONScanner(bytes, mode: .inbound, maximumDepth: ControlCommand.maximumDepth)
      scanner.skipWhitespace()
      guard scanner.next == ASCII.openBrace else { return nil }
      // Of a key that is there twice the last counts.
      for member in try scanner.members(openContainers: 0) {
        let key = member.key.key(in: bytes)
        if key == JSONKey("kind") { kind = Self.string(member, in: bytes) }
        if key == JSONKey("command") { command = Self.string(member, in: bytes) }
        if key == JSONKey("agent_id") { agentID = Self.string(member, in: bytes) }
      }
      try scanner.finish()
    }

    private static func string(_ member: JSONMember, in bytes: UnsafeRawBufferPointer) -> String? {
      let value = member.value.bytes(in: bytes)
      guard JSONType(of: value) == .string else { return nil }
      return JSONString.text(of: UnsafeRawBufferPointer(rebasing: value.dropFirst().dropLast()))
    }
  }
}
