package import StrictJSON

/// An agent's step, as a hop appends it to the trace.
package struct TraceStep: Sendable {
  /// Seconds since 1970.
  package let startTimestamp: Double
  package let agent: EnvelopeSender
  /// Seconds since 1970.
  package let endTimestamp: Double
  /// Seconds.
  package let duration: Double
  /// What went wrong; nil when nothing did.
  package let error: String?
  /// Whether a safety limit ended the message here.
  package let safetyViolation: Bool

  package init(
    startTimestamp: Double, agent: EnvelopeSender, endTimestamp: Double, duration: Double,
    error: String? = nil, safetyViolation: Bool = false
  ) {
    self.startTimestamp = startTimestamp
    self.agent = agent
    self.endTimestamp = endTimestamp
    self.duration = duration
    self.error = error
    self.safetyViolation = safetyViolation
  }

  /// What was read as an entry, to be written again.
  package init(_ entry: TraceEntry) {
    self.init(
      startTimestamp: entry.startTimestamp, agent: EnvelopeSender(role: entry.role, agentID: entry.agentID),
      endTimestamp: entry.endTimestamp, duration: entry.duration, error: entry.error,
      safetyViolation: entry.safetyViolation)
  }

  /// As they are written.
  static let keys: [ExpectedKey] = ["start_ts", "role", "agent_id", "end_ts", "duration", "error"].map {
    ExpectedKey($0)
  }

  package func write(into output: inout ByteOutput) {
    output.append("{\"start_ts\":")
    output.append(json: startTimestamp)
    output.append(copying: agent.traceMembers)
    output.append(",\"end_ts\":")
    output.append(json: endTimestamp)
    output.append(",\"duration\":")
    output.append(json: duration)
    if let error {
      output.append(",\"error\":")
      output.append(json: error)
      output.append(",\"exception\":")
      output.append(json: error)
    } else {
      output.append(",\"error\":null")
    }
    output.append(safetyViolation ? ",\"safety_violation\":true}" : "}")
  }
}
