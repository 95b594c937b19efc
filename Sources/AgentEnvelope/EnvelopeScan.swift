import StrictJSON

/// Where the parts of an envelope stand, as far as a scan came; nothing is checked but the JSON itself.
struct EnvelopeScan {
  let bytes: UnsafeRawBufferPointer
  private(set) var fields = EnvelopeFieldSpans()
  /// Where they stand in the payload.
  private(set) var payloadMembers: ContiguousArray<JSONMember> = []
  private(set) var additionalMembers: ContiguousArray<JSONMember> = []
  /// What ended the scan early, or was met on the way.
  private(set) var failure: EnvelopeError.Code?
  /// Whether the scan came to the end of the object, so that a field not found is known to be absent.
  private(set) var isComplete = false

  init(_ bytes: UnsafeRawBufferPointer, maximumDepth: Int) {
    self.bytes = bytes
    guard bytes.count <= ByteSpan.maximumMessageBytes else {
      failure = .tooLarge(byteCount: bytes.count, limit: ByteSpan.maximumMessageBytes)
      return
    }
    var scanner = JSONScanner(bytes, mode: .inbound, maximumDepth: maximumDepth)
    do throws(JSONError) {
      scanner.skipWhitespace()
      guard scanner.next == ASCII.openBrace else {
        _ = try scanner.value(openContainers: 0)
        try scanner.finish()
        failure = .notAnObject
        return
      }
      try scanMembers(&scanner)
      isComplete = true
      try scanner.finish()
    } catch {
      failure = .notJSON(error)
    }
    if additionalMembers.count > 1 { additionalMembers.collapseDuplicates(in: bytes) }
  }

  private mutating func scanMembers(_ scanner: inout JSONScanner) throws(JSONError) {
    guard try scanner.openObject() else { return }
    // Nearly all are written in the order of the specification.
    var expected: EnvelopeField? = .conversationID
    repeat {
      if let field = expected, scanner.skip(field.expectedKey) {
        fields[field] = try scanValue(of: field, &scanner)
        expected = field.next
        continue
      }
      let key = try scanner.key()
      if let field = EnvelopeField(key.key(in: bytes)) {
        fields[field] = try scanValue(of: field, &scanner)
        expected = field.next
      } else {
        let value = try scanner.value(openContainers: 1)
        additionalMembers.append(JSONMember(key: key, value: value))
      }
    } while try scanner.continuesObject()
  }

  private mutating func scanValue(of field: EnvelopeField, _ scanner: inout JSONScanner) throws(JSONError)
    -> ByteSpan
  {
    switch field {
    case .payload: try scanPayload(&scanner)
    case .trace: try scanner.objects(expecting: TraceStep.keys, openContainers: 1)
    default: try scanner.value(openContainers: 1)
    }
  }

  private mutating func scanPayload(_ scanner: inout JSONScanner) throws(JSONError) -> ByteSpan {
    payloadMembers = []
    scanner.skipWhitespace()
    guard scanner.next == ASCII.openBrace else { return try scanner.value(openContainers: 1) }
    let start = scanner.position
    payloadMembers = try scanner.members(openContainers: 1)
    payloadMembers.collapseDuplicates(in: bytes)
    for index in payloadMembers.indices { payloadMembers[index] = payloadMembers[index].moved(by: -start) }
    return ByteSpan(start, scanner.position)
  }
}

/// The span of each field's value.
struct EnvelopeFieldSpans: Sendable {
  static let count = 18
  // In the envelope itself: no memory of its own.
  private var spans = InlineArray<18, ByteSpan>(repeating: .absent)

  subscript(field: EnvelopeField) -> ByteSpan {
    // Of the span of the array: its own subscript copies the whole array first.
    @inline(__always) get { spans.span[field.rawValue] }
    @inline(__always) set { spans[field.rawValue] = newValue }
  }
}
