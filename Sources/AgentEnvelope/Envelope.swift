package import StrictJSON

/// One envelope, as spans into bytes that it does not own.
///
/// It is scanned once and never parsed: a hop copies what it leaves as it is. Every function that reads takes
/// the bytes the envelope was made from. One object for each: it is handed on often.
package final class Envelope: Sendable {
  /// Steps that agents have taken for the message.
  package let processCount: Int
  /// Seconds that agents have taken for the message.
  package let totalProcessingTime: Double
  /// When the message was made, in seconds since 1970; 0 when that is not known.
  package let createTimestamp: Double
  /// When the envelope was last written, in seconds since 1970; 0 when that is not known.
  package let updateTimestamp: Double
  /// The payload's members, each key once: where they stand in the payload, so that they stay the same over hops that leave
  /// it as it is.
  package let payloadMembers: ContiguousArray<JSONMember>

  /// The top-level members that the specification does not have.
  let additionalMembers: ContiguousArray<JSONMember>
  let isForResultList: Bool
  private let fields: EnvelopeFieldSpans

  init(
    processCount: Int, totalProcessingTime: Double, createTimestamp: Double, updateTimestamp: Double,
    isForResultList: Bool, fields: EnvelopeFieldSpans, payloadMembers: ContiguousArray<JSONMember>,
    additionalMembers: ContiguousArray<JSONMember>
  ) {
    self.processCount = processCount
    self.totalProcessingTime = totalProcessingTime
    self.createTimestamp = createTimestamp
    self.updateTimestamp = updateTimestamp
    self.isForResultList = isForResultList
    self.fields = fields
    self.payloadMembers = payloadMembers
    self.additionalMembers = additionalMembers
  }

  /// Scans an envelope and checks its fields.
  package convenience init(
    scanning bytes: UnsafeRawBufferPointer, limits: EnvelopeLimits = EnvelopeLimits()
  ) throws(EnvelopeError) {
    let scan = EnvelopeScan(bytes, maximumDepth: limits.maximumDepth)
    let check = EnvelopeCheck(scan: scan, limits: limits)
    if let violation = check.firstViolation() { throw check.error(violation) }

    let processCount = try check.count(.processCount)
    let totalProcessingTime = try check.time(.totalProcessingTime) ?? 0
    let createTimestamp = try check.time(.createTimestamp) ?? 0
    let timestamp = try check.time(.timestamp)
    let updateTimestamp = try check.time(.updateTimestamp) ?? timestamp ?? 0

    var fields = scan.fields
    for field in EnvelopeField.allCases where check.isUnset(field) { fields[field] = .absent }
    if fields[.targetRole].isAbsent { fields[.targetRole] = fields[.replyRole] }
    self.init(
      processCount: processCount, totalProcessingTime: totalProcessingTime, createTimestamp: createTimestamp,
      updateTimestamp: updateTimestamp, isForResultList: !fields[.replyList].isAbsent, fields: fields,
      payloadMembers: scan.payloadMembers, additionalMembers: scan.additionalMembers)
  }

  /// An envelope with nothing in it, to write a new one from.
  convenience init() {
    self.init(
      processCount: 0, totalProcessingTime: 0, createTimestamp: 0, updateTimestamp: 0, isForResultList: false,
      fields: EnvelopeFieldSpans(), payloadMembers: [], additionalMembers: [])
  }

  /// Where a field's value stands; absent as well when it is null or an empty string.
  package func span(_ field: EnvelopeField) -> ByteSpan { fields[field] }
}

/// Bytes, and the envelope that they are.
package struct ScannedEnvelope: Sendable {
  package let bytes: [UInt8]
  package let envelope: Envelope

  package init(bytes: [UInt8], envelope: Envelope) {
    self.bytes = bytes
    self.envelope = envelope
  }

  /// How much memory it holds, about.
  package var heldBytes: Int {
    let members = envelope.payloadMembers.capacity + envelope.additionalMembers.capacity
    return bytes.capacity + members * MemoryLayout<JSONMember>.stride
  }

  /// Whether a scan by these limits would not refuse what was written from an envelope within them: where it makes names of
  /// others, or sums times, it may have gone beyond.
  package func isWithin(_ limits: EnvelopeLimits) -> Bool {
    let quotes = 2
    return bytes.count <= limits.maximumBytes && envelope.totalProcessingTime.isFinite
      && [.conversationID, .messageID, .resultList].allSatisfy { (field: EnvelopeField) in
        // Escaped, it may be longer than it is; then it is not known, and scanned.
        Int(envelope.span(field).count) <= limits.maximumIdentifierBytes + quotes
      }
  }
}

extension Envelope: Equatable {
  package static func == (left: Envelope, right: Envelope) -> Bool {
    left.processCount == right.processCount && left.totalProcessingTime == right.totalProcessingTime
      && left.createTimestamp == right.createTimestamp && left.updateTimestamp == right.updateTimestamp
      && left.payloadMembers == right.payloadMembers && left.additionalMembers == right.additionalMembers
      && left.isForResultList == right.isForResultList
      && EnvelopeField.allCases.allSatisfy { left.fields[$0] == right.fields[$0] }
  }
}
