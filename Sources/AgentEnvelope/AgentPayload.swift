package import StrictJSON

/// A JSON object that an agent or a client hands over, checked once, strictly, with the spans of its members.
package struct AgentPayload: Sendable {
  /// The object's text.
  package let bytes: [UInt8]
  /// Its members, each key once.
  package let members: ContiguousArray<JSONMember>

  /// An object without members.
  package static let empty = AgentPayload()

  /// Checks that the bytes are one JSON object that fits into an envelope.
  package init(validating bytes: [UInt8], limits: EnvelopeLimits = EnvelopeLimits()) throws(JSONError) {
    guard bytes.count <= min(limits.maximumBytes, ByteSpan.maximumMessageBytes) else {
      throw JSONError(.tooLarge(byteCount: bytes.count, limit: limits.maximumBytes), at: 0)
    }
    members = try bytes.withUnsafeBufferPointer { buffer throws(JSONError) in
      var scanner = JSONScanner(
        UnsafeRawBufferPointer(buffer), mode: .agent, maximumDepth: limits.maximumPayloadDepth)
      scanner.skipWhitespace()
      guard scanner.next == ASCII.openBrace else { throw JSONError(.notAnObject, at: scanner.position) }
      let members = try scanner.members(openContainers: 0)
      try scanner.finish()
      return members
    }
    self.bytes = bytes
  }

  private init() {
    bytes = Array("{}".utf8)
    members = []
  }
}

/// What becomes of a payload when its envelope is written anew.
package enum PayloadEdit: Sendable {
  case keep
  /// The object's members replace those of the same key, at their position; others are appended.
  case merge(AgentPayload)
  case replace(AgentPayload)
}

/// What becomes of the host's own member of a payload, `__agenthost`.
package enum HostMemberEdit: Sendable {
  /// It stays as it was, whatever an agent did.
  case keep
  case set(JSONValue)
  case remove
}
