package import StrictJSON

/// What the host keeps of its own with a message: the payload's `__agenthost`. Only what is used is written; fields
/// of others are kept.
package struct HostMember: Sendable, Equatable {
  /// How often agents were given the message before its entry of now was made.
  package var attempts = 0
  /// When the request is of no use any more, in seconds since 1970.
  package var deadline: Double?
  /// When a delayed message became due, in seconds since 1970; its age counts from there.
  package var due: Double?
  private var others: [JSONValue.Member] = []

  package init() {}

  /// A field that holds something else than it should is as good as none: anybody may have written it.
  init(reading value: JSONValue) {
    guard case .object(let members) = value else { return }
    for member in members {
      switch member.name {
      case "attempts":
        attempts = member.value.double.flatMap { Int(exactly: $0) }.map { max(0, min($0, 1 << 20)) } ?? 0
      case "deadline": deadline = member.value.double
      case "due": due = member.value.double
      default: others.append(member)
      }
    }
  }

  /// As JSON; nil where there is nothing to write.
  package var value: JSONValue? {
    var members = others
    if attempts > 0 { members.append(.init("attempts", .number(attempts))) }
    if let deadline { members.append(.init("deadline", .number(deadline))) }
    if let due { members.append(.init("due", .number(due))) }
    return members.isEmpty ? nil : .object(members)
  }

  /// What writes this member in place of what was there.
  package var edit: HostMemberEdit { value.map(HostMemberEdit.set) ?? .remove }
}

extension Envelope {
  /// The host's own member; nil where there is none.
  package func hostMember(in bytes: UnsafeRawBufferPointer) -> HostMember? {
    guard let span = payloadValue(PayloadKey.host, in: bytes),
      // The envelope was scanned before, so this can't fail.
      let value = try? JSONValue.parse(span.bytes(in: bytes), maximumDepth: JSONScanner.deepestNesting)
    else { return nil }
    return HostMember(reading: value)
  }

  /// Whether the payload carries errors.
  package func carriesErrors(in bytes: UnsafeRawBufferPointer) -> Bool {
    guard let span = payloadValue(PayloadKey.errors, in: bytes) else { return false }
    let value = span.bytes(in: bytes)
    switch JSONType(of: value) {
    case .null: return false
    case .array:
      var scanner = JSONScanner(value, mode: .inbound, maximumDepth: JSONScanner.deepestNesting)
      scanner.position += 1
      scanner.skipWhitespace()
      return scanner.next != ASCII.closeBracket
    default: return true
    }
  }
}
