import StrictJSON

/// Writes a payload anew, member by member, each copied from where it stands.
struct PayloadWriter {
  let inbound: UnsafeRawBufferPointer
  let inboundMembers: ContiguousArray<JSONMember>
  let hostMember: HostMemberEdit
  let errors: [PayloadError]

  private var isFirst = true
  private var hasWrittenErrors = false
  private var hasWrittenHostMember = false

  init(
    inbound: UnsafeRawBufferPointer, members: ContiguousArray<JSONMember>, hostMember: HostMemberEdit,
    errors: [PayloadError]
  ) {
    self.inbound = inbound
    self.inboundMembers = members
    self.hostMember = hostMember
    self.errors = errors
  }

  mutating func write(_ edit: PayloadEdit, into output: inout [UInt8]) {
    output.append(ASCII.openBrace)
    switch edit {
    case .keep:
      for member in inboundMembers { write(member, of: inbound, into: &output) }
    case .merge(let reply):
      reply.bytes.withUnsafeBytes { writeMerged(reply.members, of: $0, into: &output) }
    case .replace(let reply):
      reply.bytes.withUnsafeBytes { bytes in
        for member in reply.members where !isHostMember(member, of: bytes) {
          write(member, of: bytes, into: &output)
        }
      }
      for member in inboundMembers where isHostMember(member, of: inbound) {
        write(member, of: inbound, into: &output)
      }
    }
    if !hasWrittenErrors, !errors.isEmpty {
      writeKey(PayloadKey.errors, into: &output)
      writeErrors(after: nil, into: &output)
    }
    if !hasWrittenHostMember, case .set(let value) = hostMember {
      writeKey(PayloadKey.host, into: &output)
      value.write(into: &output)
    }
    output.append(ASCII.closeBrace)
  }

  private mutating func writeMerged(
    _ replyMembers: ContiguousArray<JSONMember>, of reply: UnsafeRawBufferPointer, into output: inout [UInt8]
  ) {
    let index = JSONKeyIndex(replyMembers, in: reply)
    var isUsed = ContiguousArray(repeating: false, count: replyMembers.count)
    for member in inboundMembers {
      let position = index.position(of: member.key.key(in: inbound))
      if let position, !isHostMember(member, of: inbound) {
        isUsed[position] = true
        write(replyMembers[position], of: reply, into: &output)
      } else {
        write(member, of: inbound, into: &output)
      }
    }
    for (position, member) in replyMembers.enumerated()
    where !isUsed[position] && !isHostMember(member, of: reply) {
      write(member, of: reply, into: &output)
    }
  }

  private mutating func write(
    _ member: JSONMember, of message: UnsafeRawBufferPointer, into output: inout [UInt8]
  ) {
    let value = member.value.bytes(in: message)
    if isHostMember(member, of: message) {
      hasWrittenHostMember = true
      if case .remove = hostMember { return }
      writeKey(member, of: message, into: &output)
      if case .set(let value) = hostMember { return value.write(into: &output) }
    } else {
      writeKey(member, of: message, into: &output)
      if !errors.isEmpty, member.key.key(in: message) == JSONKey(PayloadKey.errors) {
        hasWrittenErrors = true
        return writeErrors(after: value, into: &output)
      }
    }
    output.append(bytes: value)
  }

  /// Writes the array of errors: what was there, then the new ones.
  private func writeErrors(after value: UnsafeRawBufferPointer?, into output: inout [UInt8]) {
    var needsComma = false
    switch value.map(JSONType.init(of:)) {
    case .array: needsComma = value.map { output.append(openArray: $0) } ?? false
    case nil, .null: output.append(ASCII.openBracket)
    default:
      output.append(ASCII.openBracket)
      if let value { output.append(bytes: value) }
      needsComma = true
    }
    for error in errors {
      if needsComma { output.append(ASCII.comma) }
      error.write(into: &output)
      needsComma = true
    }
    output.append(ASCII.closeBracket)
  }

  private mutating func writeKey(
    _ member: JSONMember, of message: UnsafeRawBufferPointer, into output: inout [UInt8]
  ) {
    if !isFirst { output.append(ASCII.comma) }
    isFirst = false
    output.append(bytes: member.key.quoted.bytes(in: message))
    output.append(ASCII.colon)
  }

  private mutating func writeKey(_ name: StaticString, into output: inout [UInt8]) {
    if !isFirst { output.append(ASCII.comma) }
    isFirst = false
    output.append(ASCII.quote)
    output.append(name)
    output.append("\":")
  }

  private func isHostMember(_ member: JSONMember, of message: UnsafeRawBufferPointer) -> Bool {
    member.key.key(in: message) == JSONKey(PayloadKey.host)
  }
}
