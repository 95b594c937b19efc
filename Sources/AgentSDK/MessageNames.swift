import StrictJSON

/// The names in a message: copied at once, and made strings only where an agent asks for them, which few do.
struct MessageNames: Sendable {
  enum Name: Int { case conversationID, messageID, senderRole, senderAgentID }

  /// All of them, one behind the other.
  private var text: [UInt8] = []
  /// Where each ends.
  private var ends: InlineArray<4, Int> = [0, 0, 0, 0]

  /// All of them empty.
  init() {}

  init(
    conversationID: UnsafeRawBufferPointer, messageID: UnsafeRawBufferPointer,
    senderRole: UnsafeRawBufferPointer, senderAgentID: UnsafeRawBufferPointer
  ) {
    text.reserveCapacity(conversationID.count + messageID.count + senderRole.count + senderAgentID.count)
    append(conversationID, .conversationID)
    append(messageID, .messageID)
    append(senderRole, .senderRole)
    append(senderAgentID, .senderAgentID)
  }

  private mutating func append(_ bytes: UnsafeRawBufferPointer, _ name: Name) {
    text.append(bytes: bytes)
    ends[name.rawValue] = text.count
  }

  /// Bytes that are not UTF-8 become U+FFFD.
  subscript(name: Name) -> String {
    get { String(decoding: text[range(of: name)], as: UTF8.self) }
    set {
      let old = range(of: name)
      text.replaceSubrange(old, with: newValue.utf8)
      let grown = text.count - ends[ends.count - 1]
      for later in name.rawValue..<ends.count { ends[later] += grown }
    }
  }

  private func range(of name: Name) -> Range<Int> {
    (name.rawValue == 0 ? 0 : ends[name.rawValue - 1])..<ends[name.rawValue]
  }
}
