import StrictJSON

/// The rules for an envelope's fields, applied to a scan.
struct EnvelopeCheck {
  let scan: EnvelopeScan
  let limits: EnvelopeLimits

  /// The first rule that does not hold.
  func firstViolation() -> EnvelopeError.Code? {
    if scan.bytes.count > limits.maximumBytes {
      return .tooLarge(byteCount: scan.bytes.count, limit: limits.maximumBytes)
    }
    if let failure = scan.failure { return failure }
    return identifierViolation(.conversationID) ?? identifierViolation(.messageID) ?? payloadViolation()
      ?? textViolation() ?? resultListViolation() ?? traceViolation()
  }

  /// The error for a refused envelope, with all that can still be used to answer.
  func error(_ code: EnvelopeError.Code) -> EnvelopeError {
    var error = EnvelopeError(code)
    if identifierViolation(.conversationID) == nil { error.conversationID = text(.conversationID) }
    if identifierViolation(.messageID) == nil { error.messageID = text(.messageID) }
    if isUnset(.resultList) {
      // Behind an error in the text there could be another list than the default.
      if scan.isComplete, let messageID = error.messageID {
        error.resultList = ResultList.name(of: messageID)
      }
    } else if resultListViolation() == nil {
      error.resultList = text(.resultList)
    }
    return error
  }

  /// A count: 0 when there is none.
  func count(_ field: EnvelopeField) throws(EnvelopeError) -> Int {
    guard let value = value(field) else { return 0 }
    if let count = JSONNumber.integer(value), count >= 0 { return count }
    throw wrongNumber(field, expected: "a whole number from 0 on")
  }

  /// A time: nil when there is none.
  func time(_ field: EnvelopeField) throws(EnvelopeError) -> Double? {
    guard let value = value(field) else { return nil }
    if let time = JSONNumber.double(value) { return time }
    throw wrongNumber(field, expected: "a finite number")
  }

  /// Whether a field is absent, null or an empty string.
  func isUnset(_ field: EnvelopeField) -> Bool {
    switch first(field) {
    case nil, UInt8(ascii: "n"): true
    case UInt8(ascii: "\""): scan.fields[field].count == 2
    default: false
    }
  }

  /// The first byte of a value, which tells its type; nil where it is absent.
  @inline(__always)
  private func first(_ field: EnvelopeField) -> UInt8? {
    let span = scan.fields[field]
    return span.count == 0 ? nil : scan.bytes[Int(span.start)]
  }

  private func wrongNumber(_ field: EnvelopeField, expected: String) -> EnvelopeError {
    let bytes = scan.fields[field].bytes(in: scan.bytes)
    let type = JSONType(of: bytes)
    let shownDigits = 24
    let found = type == .number ? String(decoding: bytes.prefix(shownDigits), as: UTF8.self) : type.rawValue
    return error(.wrongType(field, expected: expected, found: found))
  }

  private func payloadViolation() -> EnvelopeError.Code? {
    switch first(.payload) {
    case nil: .missingField(.payload)
    case UInt8(ascii: "{"): nil
    default: wrongType(.payload, .object, allowsNull: false)
    }
  }

  private func textViolation() -> EnvelopeError.Code? {
    textViolation(.targetRole) ?? textViolation(.targetAgentID) ?? textViolation(.targetList)
      ?? textViolation(.senderRole) ?? textViolation(.senderAgentID) ?? textViolation(.kind)
      ?? textViolation(.replyRole) ?? textViolation(.replyList)
  }

  @inline(__always)
  private func textViolation(_ field: EnvelopeField) -> EnvelopeError.Code? {
    switch first(field) {
    case nil, UInt8(ascii: "\""), UInt8(ascii: "n"): nil
    default: wrongType(field, .string)
    }
  }

  private func traceViolation() -> EnvelopeError.Code? {
    switch first(.trace) {
    case nil, UInt8(ascii: "["), UInt8(ascii: "n"): nil
    default: wrongType(.trace, .array)
    }
  }

  @inline(never)
  private func wrongType(
    _ field: EnvelopeField, _ expected: JSONType, allowsNull: Bool = true
  ) -> EnvelopeError.Code {
    let found = JSONType(of: scan.fields[field].bytes(in: scan.bytes))
    let wanted = allowsNull ? "\(expected.rawValue) or null" : expected.rawValue
    return .wrongType(field, expected: wanted, found: found.rawValue)
  }

  private func identifierViolation(_ field: EnvelopeField) -> EnvelopeError.Code? {
    switch first(field) {
    case nil: return .missingField(field)
    case UInt8(ascii: "\""): break
    default: return wrongType(field, .string, allowsNull: false)
    }
    let problem = Identifier.problem(content(field), limit: limits.maximumIdentifierBytes)
    return problem.map { .badIdentifier(field, reason: $0) }
  }

  private func resultListViolation() -> EnvelopeError.Code? {
    if let violation = textViolation(.resultList) { return violation }
    guard !isUnset(.resultList) else { return nil }
    let content = content(.resultList)
    if let problem = Identifier.problem(content, limit: limits.maximumIdentifierBytes) {
      return .badResultList(reason: problem)
    }
    guard ResultList.isAllowed(content) else {
      return .badResultList(reason: "must be \"\(ResultList.prefix)\" and a name")
    }
    return nil
  }

  /// A value that is there and not null.
  private func value(_ field: EnvelopeField) -> UnsafeRawBufferPointer? {
    guard let first = first(field), first != UInt8(ascii: "n") else { return nil }
    return scan.fields[field].bytes(in: scan.bytes)
  }

  private func content(_ field: EnvelopeField) -> UnsafeRawBufferPointer {
    let value = scan.fields[field].bytes(in: scan.bytes)
    return UnsafeRawBufferPointer(rebasing: value[1..<value.count - 1])
  }

  private func text(_ field: EnvelopeField) -> String { JSONString.text(of: content(field)) }
}
