import StrictJSON

/// Writes a payload anew, member by member, each copied from where it stands.
struct PayloadWriter {
  /// The payload that there was.
  let inbound: UnsafeRawBufferPointer
  let inboundMembers: ContiguousArray<JSONMember>
  let hostMember: HostMemberEdit
  let errors: [PayloadError]

  /// What has been written: where it stands in the payload, which begins at `begin` of the output.
  private(set) var members: ContiguousArray<JSONMember> = []
  private var begin = 0
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

  mutating func write(_ edit: PayloadEdit, into output: inout ByteOutput) {
    begin = output.count
    output.append(ASCII.openBrace)
    members.reserveCapacity(expectedMembers(after: edit))
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
      let errors = errors
      write(PayloadKey.errors, into: &output) { Self.write(errors, after: nil, into: &$0) }
    }
    if !hasWrittenHostMember, case .set(let value) = hostMember {
      write(PayloadKey.host, into: &output) { value.write(into: &$0) }
    }
    output.append(ASCII.closeBrace)
  }

  private func expectedMembers(after edit: PayloadEdit) -> Int {
    let own = 2
    switch edit {
    case .keep: return inboundMembers.count + own
    case .merge(let reply): return inboundMembers.count + reply.members.count + own
    case .replace(let reply): return reply.members.count + own
    }
  }

  private mutating func writeMerged(
    _ replyMembers: ContiguousArray<JSONMember>, of reply: UnsafeRawBufferPointer,
    into output: inout ByteOutput
  ) {
    let index = JSONKeyIndex(replyMembers, in: reply)
    var used = PlaceSet(count: replyMembers.count)
    for member in inboundMembers {
      let position = index.position(of: member.key.key(in: inbound))
      if let position, !isHostMember(member, of: inbound) {
        used.insert(position)
        write(replyMembers[position], of: reply, into: &output)
      } else {
        write(member, of: inbound, into: &output)
      }
    }
    for (position, member) in replyMembers.enumerated()
    where !used.contains(position) && !isHostMember(member, of: reply) {
      write(member, of: reply, into: &output)
    }
  }

  private mutating func write(
    _ member: JSONMember, of message: UnsafeRawBufferPointer, into output: inout ByteOutput
  ) {
    if isHostMember(member, of: message) {
      hasWrittenHostMember = true
      switch hostMember {
      case .remove: return
      case .set(let value): return write(member.key, of: message, into: &output) { value.write(into: &$0) }
      case .keep: break
      }
    } else if !errors.isEmpty, member.key.key(in: message) == JSONKey(PayloadKey.errors) {
      hasWrittenErrors = true
      let errors = errors
      return write(member.key, of: message, into: &output) {
        Self.write(errors, after: member.value.bytes(in: message), into: &$0)
      }
    }
    write(member.key, of: message, into: &output) { $0.append(bytes: member.value.bytes(in: message)) }
  }

  /// Writes the array of errors: what was there, then the new ones.
  private static func write(
    _ errors: [PayloadError], after value: UnsafeRawBufferPointer?, into output: inout ByteOutput
  ) {
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

  /// Writes a member whose key stands in `message`.
  @inline(__always)
  private mutating func write(
    _ key: JSONKeySpan, of message: UnsafeRawBufferPointer, into output: inout ByteOutput,
    value: (inout ByteOutput) -> Void
  ) {
    if !members.isEmpty { output.append(ASCII.comma) }
    let start = output.count - begin
    output.append(bytes: key.quoted.bytes(in: message))
    finish(key.moved(to: start + 1), into: &output, value: value)
  }

  private mutating func write(
    _ name: StaticString, into output: inout ByteOutput, value: (inout ByteOutput) -> Void
  ) {
    if !members.isEmpty { output.append(ASCII.comma) }
    output.append(ASCII.quote)
    let start = output.count - begin
    output.append(name)
    let key = JSONKeySpan(content: ByteSpan(start, output.count - begin), isEscaped: false)
    output.append(ASCII.quote)
    finish(key, into: &output, value: value)
  }

  @inline(__always)
  private mutating func finish(
    _ key: JSONKeySpan, into output: inout ByteOutput, value: (inout ByteOutput) -> Void
  ) {
    output.append(ASCII.colon)
    let start = output.count - begin
    value(&output)
    members.append(JSONMember(key: key, value: ByteSpan(start, output.count - begin)))
  }

  private func isHostMember(_ member: JSONMember, of message: UnsafeRawBufferPointer) -> Bool {
    member.key.key(in: message) == JSONKey(PayloadKey.host)
  }
}

/// Places in a list, without memory of their own where it is short.
private struct PlaceSet {
  private var first: UInt64 = 0
  private var others: ContiguousArray<Bool>

  init(count: Int) {
    others = count > UInt64.bitWidth ? ContiguousArray(repeating: false, count: count) : []
  }

  mutating func insert(_ place: Int) {
    if others.isEmpty { first |= 1 << UInt64(place) } else { others[place] = true }
  }

  func contains(_ place: Int) -> Bool {
    others.isEmpty ? first >> UInt64(place) & 1 == 1 : others[place]
  }
}
