package import StrictJSON

/// One agent's step, as it stands in the trace of a message.
package struct TraceEntry: Equatable, Sendable {
  /// Seconds since 1970.
  package var startTimestamp: Double
  package var role: String
  package var agentID: String
  /// Seconds since 1970.
  package var endTimestamp: Double
  /// Seconds.
  package var duration: Double
  /// What went wrong; nil when nothing did.
  package var error: String?
  /// Whether a safety limit ended the message here.
  package var safetyViolation: Bool

  package init(
    startTimestamp: Double, role: String, agentID: String, endTimestamp: Double, duration: Double,
    error: String? = nil, safetyViolation: Bool = false
  ) {
    self.startTimestamp = startTimestamp
    self.role = role
    self.agentID = agentID
    self.endTimestamp = endTimestamp
    self.duration = duration
    self.error = error
    self.safetyViolation = safetyViolation
  }

  /// Reads an entry of any writer: `exception` is another name of `error`; what is missing is 0 or empty.
  package init(reading value: JSONValue) {
    self.init(
      startTimestamp: value["start_ts"]?.double ?? 0,
      role: value["role"]?.string ?? "",
      agentID: value["agent_id"]?.string ?? "",
      endTimestamp: value["end_ts"]?.double ?? 0,
      duration: value["duration"]?.double ?? 0,
      error: value["error"]?.string ?? value["exception"]?.string,
      safetyViolation: value["safety_violation"] == .bool(true))
  }
}

extension Envelope {
  /// The trace, oldest entry first.
  package func traceEntries(in bytes: UnsafeRawBufferPointer) -> [TraceEntry] {
    elements(of: span(.trace), in: bytes).map(TraceEntry.init(reading:))
  }

  /// The elements of an array that was scanned before; none when it is no array.
  func elements(of span: ByteSpan, in bytes: UnsafeRawBufferPointer) -> [JSONValue] {
    guard !span.isAbsent else { return [] }
    // The whole envelope passed the same scanner, so this cannot fail.
    let value = try? JSONValue.parse(span.bytes(in: bytes), maximumDepth: EnvelopeLimits.deepestNesting)
    return value?.elements ?? []
  }
}
