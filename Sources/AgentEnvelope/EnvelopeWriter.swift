import StrictJSON

/// Writes an envelope, and notes where its fields come to stand: what a scan of it finds.
struct EnvelopeWriter {
  private(set) var bytes: [UInt8] = []
  private(set) var fields = EnvelopeFieldSpans()

  init(capacity: Int) { bytes.reserveCapacity(capacity) }

  mutating func append(_ text: StaticString) { bytes.append(text) }

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

  @inline(__always)
  mutating func write<Value>(
    _ opening: StaticString, _ field: EnvelopeField, _ value: (inout [UInt8]) -> Value
  ) -> Value {
    bytes.append(opening)
    let start = bytes.count
    defer { fields[field] = ByteSpan(start, bytes.count) }
    return value(&bytes)
  }

  /// Writes members beside the fields, each copied from where it stands in `message`. Returns where they stand now.
  mutating func write(
    _ members: ContiguousArray<JSONMember>, of message: UnsafeRawBufferPointer
  ) -> ContiguousArray<JSONMember> {
    ContiguousArray(
      members.map { member in
        bytes.append(ASCII.comma)
        let start = bytes.count
        bytes.append(bytes: member.key.quoted.bytes(in: message))
        bytes.append(ASCII.colon)
        let value = bytes.count
        bytes.append(bytes: member.value.bytes(in: message))
        return JSONMember(
          key: member.key.moved(to: start + 1), value: ByteSpan(value, bytes.count))
      })
  }
}
