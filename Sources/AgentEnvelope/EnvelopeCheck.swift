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
      ?? textViolation() ?? resultListViolation() ?? typeViolation(.trace, .array)
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
    guard let value = value(field) else { return true }
    return value.count == 2 && value[0] == ASCII.quote
  }

  private func wrongNumber(_ field: EnvelopeField, expected: String) -> EnvelopeError {
    let bytes = scan.fields[field].bytes(in: scan.bytes)
    let type = JSONType(of: bytes)
    let shownDigits = 24
    let found = type == .number ? String(decoding: bytes.prefix(shownDigits), as: UTF8.self) : type.rawValue
    return error(.wrongType(field, expected: expected, found: found))
  }

  private func payloadViolation() -> EnvelopeError.Code? {
    scan.fields[.payload].isAbsent
      ? .missingField(.payload) : typeViolation(.payload, .object, allowsNull: false)
  }

  private func textViolation() -> EnvelopeError.Code? {
    typeViolation(.targetRole, .string) ?? typeViolation(.targetAgentID, .string)
      ?? typeViolation(.targetList, .string) ?? typeViolation(.senderRole, .string)
      ?? typeViolation(.senderAgentID, .string) ?? typeViolation(.kind, .string)
      ?? typeViolation(.replyRole, .string) ?? typeViolation(.replyList, .string)
  }

  private func typeViolation(
    _ field: EnvelopeField, _ expected: JSONType, allowsNull: Bool = true
  ) -> EnvelopeError.Code? {
    let span = scan.fields[field]
    guard !span.isAbsent else { return nil }
    let found = JSONType(of: span.bytes(in: scan.bytes))
    if found == expected || (found == .null && allowsNull) { return nil }
    let wanted = allowsNull ? "\(expected.rawValue) or null" : expected.rawValue
    return .wrongType(field, expected: wanted, found: found.rawValue)
  }

  private func identifierViolation(_ field: EnvelopeField) -> EnvelopeError.Code? {
    guard !scan.fields[field].isAbsent else { return .missingField(field) }
    if let violation = typeViolation(field, .string, allowsNull: false) { return violation }
    let problem = Identifier.problem(content(field), limit: limits.maximumIdentifierBytes)
    return problem.map { .badIdentifier(field, reason: $0) }
  }

  private func resultListViolation() -> EnvelopeError.Code? {
    if let violation = typeViolation(.resultList, .string) { return violation }
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
    let span = scan.fields[field]
    guard !span.isAbsent else { return nil }
    let bytes = span.bytes(in: scan.bytes)
    return bytes[0] == UInt8(ascii: "n") ? nil : bytes
  }

  private func content(_ field: EnvelopeField) -> UnsafeRawBufferPointer {
    let value = scan.fields[field].bytes(in: scan.bytes)
    return UnsafeRawBufferPointer(rebasing: value[1..<value.count - 1])
  }

  private func text(_ field: EnvelopeField) -> String { JSONString.text(of: content(field)) }
}
