import StrictJSON

/// Writes an envelope, and notes where its fields come to stand: what a scan of it finds.
struct EnvelopeWriter {
  private(set) var output: ByteOutput
  private(set) var fields = EnvelopeFieldSpans()

  init(_ output: ByteOutput) { self.output = output }

  mutating func append(_ text: StaticString) { output.append(text) }

  /// Writes a field. `opening` ends in its name and the colon.
  mutating func write(_ opening: StaticString, _ field: EnvelopeField, text: String?) {
    write(opening, field) { $0.append(json: text) }
    // What is null or an empty string is as good as absent.
    if text?.isEmpty ?? true { fields[field] = .absent }
  }

  mutating func write(_ opening: StaticString, _ field: EnvelopeField, copying value: UnsafeRawBufferPointer)
  {
    write(opening, field) { $0.append(bytes: value) }
  }

  mutating func write(_ opening: StaticString, _ field: EnvelopeField, number: Double) {
    write(opening, field) { $0.append(json: number) }
  }

  mutating func write(_ opening: StaticString, _ field: EnvelopeField, number: Int) {
    write(opening, field) { $0.append(json: number) }
  }

  mutating func write(_ sender: EnvelopeSender) {
    let start = output.count
    output.append(copying: sender.fields)
    fields[.senderRole] = sender.roleSpan.moved(by: start)
    fields[.senderAgentID] = sender.agentIDSpan.moved(by: start)
  }

  @inline(__always)
  mutating func write<Value>(
    _ opening: StaticString, _ field: EnvelopeField, _ value: (inout ByteOutput) -> Value
  ) -> Value {
    output.append(opening)
    let start = output.count
    defer { fields[field] = ByteSpan(start, output.count) }
    return value(&output)
  }

  /// Writes members beside the fields, each copied from where it stands in `message`. Returns where they stand now.
  mutating func write(
    _ members: ContiguousArray<JSONMember>, of message: UnsafeRawBufferPointer
  ) -> ContiguousArray<JSONMember> {
    ContiguousArray(
      members.map { member in
        output.append(ASCII.comma)
        let start = output.count
        output.append(bytes: member.key.quoted.bytes(in: message))
        output.append(ASCII.colon)
        let value = output.count
        output.append(bytes: member.value.bytes(in: message))
        return JSONMember(
          key: member.key.moved(to: start + 1), value: ByteSpan(value, output.count))
      })
  }
}
