package import StrictJSON

extension Envelope {
  /// The text of a field that holds a string; nil when it is absent, null or empty.
  package func string(_ field: EnvelopeField, in bytes: UnsafeRawBufferPointer) -> String? {
    string(at: span(field), in: bytes)
  }

  /// The same without making text of it, where it stands there as it is: calls `body` with its bytes, those of `default`
  /// where it is absent.
  package func withText(
    of field: EnvelopeField, in bytes: UnsafeRawBufferPointer, default: StaticString = "",
    _ body: (UnsafeRawBufferPointer) -> Void
  ) {
    let span = span(field)
    guard !span.isAbsent else {
      // SAFETY: a literal's bytes live as long as the process.
      return body(
        UnsafeRawBufferPointer(start: `default`.utf8Start, count: `default`.utf8CodeUnitCount))
    }
    let quoted = span.bytes(in: bytes)
    let content = UnsafeRawBufferPointer(rebasing: quoted[1..<quoted.count - 1])
    if !JSONString.hasEscapes(content) { return body(content) }
    var text = JSONString.text(of: content)
    text.withUTF8 { body(UnsafeRawBufferPointer($0)) }
  }

  package func conversationID(in bytes: UnsafeRawBufferPointer) -> String {
    string(.conversationID, in: bytes) ?? ""
  }

  package func messageID(in bytes: UnsafeRawBufferPointer) -> String {
    string(.messageID, in: bytes) ?? ""
  }

  /// The role that the message is for.
  package func targetRole(in bytes: UnsafeRawBufferPointer) -> String? {
    string(.targetRole, in: bytes)
  }

  /// The one agent that the message is for.
  package func targetAgentID(in bytes: UnsafeRawBufferPointer) -> String? {
    string(.targetAgentID, in: bytes)
  }

  /// The list that the message is for; the result list when `reply_list` is set.
  package func targetList(in bytes: UnsafeRawBufferPointer) -> String? {
    isForResultList ? resultList(in: bytes) : string(.targetList, in: bytes)
  }

  /// The role that sent the message; `external` when none is named.
  package func senderRole(in bytes: UnsafeRawBufferPointer) -> String {
    string(.senderRole, in: bytes) ?? EnvelopeDefault.senderRole.description
  }

  /// The agent that sent the message.
  package func senderAgentID(in bytes: UnsafeRawBufferPointer) -> String? {
    string(.senderAgentID, in: bytes)
  }

  /// The kind; `task` when none is named.
  package func kind(in bytes: UnsafeRawBufferPointer) -> String {
    string(.kind, in: bytes) ?? EnvelopeDefault.kind.description
  }

  /// The list that the final envelope goes to; `result:{message_id}` when none is named.
  package func resultList(in bytes: UnsafeRawBufferPointer) -> String {
    string(.resultList, in: bytes) ?? ResultList.name(of: messageID(in: bytes))
  }

  /// The value of a payload key.
  package func payloadValue(_ name: StaticString, in bytes: UnsafeRawBufferPointer) -> ByteSpan? {
    let payload = span(.payload)
    for member in payloadMembers {
      // Most names are told apart by their length.
      guard member.key.isEscaped || Int(member.key.content.count) == name.utf8CodeUnitCount else { continue }
      if member.key.key(in: payload.bytes(in: bytes)) == JSONKey(name) {
        return member.value.moved(by: Int(payload.start))
      }
    }
    return nil
  }

  /// The value at a path of keys in the payload, such as `["summary", "response"]`.
  package func payloadValue(at path: [String], in bytes: UnsafeRawBufferPointer) -> ByteSpan? {
    var members = payloadMembers
    var value = span(.payload)
    for name in path {
      let object = value.bytes(in: bytes)
      // Of a key that an inner object has twice, the last counts.
      let inner = JSONKey.with(name) { key in members.last { $0.key.key(in: object) == key }?.value }
      guard let inner else { return nil }
      value = inner.moved(by: Int(value.start))
      members = Self.members(of: value.bytes(in: bytes))
    }
    return value
  }

  /// The text of a string value; nil when it is none.
  package func string(at value: ByteSpan, in bytes: UnsafeRawBufferPointer) -> String? {
    guard !value.isAbsent else { return nil }
    let quoted = value.bytes(in: bytes)
    guard JSONType(of: quoted) == .string else { return nil }
    return JSONString.text(of: UnsafeRawBufferPointer(rebasing: quoted[1..<quoted.count - 1]))
  }

  /// The members of an object that was scanned before, as spans into it; none when it is no object.
  private static func members(of object: UnsafeRawBufferPointer) -> ContiguousArray<JSONMember> {
    guard JSONType(of: object) == .object else { return [] }
    var scanner = JSONScanner(object, mode: .inbound, maximumDepth: JSONScanner.deepestNesting)
    // The whole envelope passed the same scanner, so this cannot fail.
    return (try? scanner.members(openContainers: 0)) ?? []
  }
}

/// What a field means that is absent or null.
package enum EnvelopeDefault {
  package static let senderRole: StaticString = "external"
  package static let kind: StaticString = "task"
}
