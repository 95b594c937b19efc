import StrictJSON

/// Who sends an envelope, or has taken a step of its way. An object, made once for an agent: its names are in every
/// envelope twice, and are written as they stand here.
package final class EnvelopeSender: Sendable {
  package let role: String
  /// Nil for who is no agent.
  package let agentID: String?
  /// The envelope's fields from `sender_role` to the begin of what follows them.
  let fields: [UInt8]
  /// In `fields`.
  let roleSpan, agentIDSpan: ByteSpan
  /// A trace entry's members that name who took the step.
  let traceMembers: [UInt8]

  package init(role: String, agentID: String?) {
    self.role = role
    self.agentID = agentID
    let room = 64 + role.utf8.count + (agentID ?? "").utf8.count
    var spans = EnvelopeFieldSpans()
    fields = ByteOutput.bytes(expecting: room) { output in
      var writer = EnvelopeWriter(output)
      writer.write(",\"sender_role\":", .senderRole, text: role)
      writer.write(",\"sender_agent_id\":", .senderAgentID, text: agentID)
      (output, spans) = (writer.output, writer.fields)
    }
    (roleSpan, agentIDSpan) = (spans[.senderRole], spans[.senderAgentID])
    traceMembers = ByteOutput.bytes(expecting: room) { output in
      output.append(",\"role\":")
      output.append(json: role)
      output.append(",\"agent_id\":")
      output.append(json: agentID ?? "")
    }
  }
}
