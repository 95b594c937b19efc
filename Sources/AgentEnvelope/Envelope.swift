package import StrictJSON

/// One envelope, as spans into bytes that it does not own.
///
/// It is scanned once and never parsed: a hop copies what it leaves as it is. Every function that reads takes
/// the bytes the envelope was made from.
package struct Envelope: Sendable {
  /// Steps that agents have taken for the message.
  package let processCount: Int
  /// Seconds that agents have taken for the message.
  package let totalProcessingTime: Double
  /// When the message was made, in seconds since 1970; 0 when that is not known.
  package let createTimestamp: Double
  /// When the envelope was last written, in seconds since 1970; 0 when that is not known.
  package let updateTimestamp: Double
  /// The payload's members, each key once.
  package let payloadMembers: ContiguousArray<JSONMember>

  /// The top-level members that the specification does not have.
  let additionalMembers: ContiguousArray<JSONMember>
  let isForResultList: Bool
  private let fields: EnvelopeFieldSpans

  /// Scans an envelope and checks its fields.
  package init(
    scanning bytes: UnsafeRawBufferPointer, limits: EnvelopeLimits = EnvelopeLimits()
  ) throws(EnvelopeError) {
    let scan = EnvelopeScan(bytes, maximumDepth: limits.maximumDepth)
    let check = EnvelopeCheck(scan: scan, limits: limits)
    if let violation = check.firstViolation() { throw check.error(violation) }

    processCount = try check.count(.processCount)
    totalProcessingTime = try check.time(.totalProcessingTime) ?? 0
    createTimestamp = try check.time(.createTimestamp) ?? 0
    let timestamp = try check.time(.timestamp)
    updateTimestamp = try check.time(.updateTimestamp) ?? timestamp ?? 0

    var fields = scan.fields
    for field in EnvelopeField.allCases where check.isUnset(field) { fields[field] = .absent }
    if fields[.targetRole].isAbsent { fields[.targetRole] = fields[.replyRole] }
    isForResultList = !fields[.replyList].isAbsent
    self.fields = fields
    payloadMembers = scan.payloadMembers
    additionalMembers = scan.additionalMembers
  }

  /// An envelope with nothing in it, to write a new one from.
  init() {
    processCount = 0
    totalProcessingTime = 0
    createTimestamp = 0
    updateTimestamp = 0
    payloadMembers = []
    additionalMembers = []
    isForResultList = false
    fields = EnvelopeFieldSpans()
  }

  /// Where a field's value stands; absent as well when it is null or an empty string.
  package func span(_ field: EnvelopeField) -> ByteSpan { fields[field] }
}
