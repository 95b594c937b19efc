import AgentEnvelope
import AgentStreams

/// One request, as the envelope that carries it.
struct Request: Sendable {
  let messageID: String
  let role: String
  let envelope: [UInt8]

  init(
    conversationID: String, payload: [UInt8], role: String, sender: String, resultList: String
  ) throws(AgentClientError) {
    guard !role.isEmpty, !role.contains(where: { $0 == "{" || $0 == "}" || $0.isNewline || $0 == "\0" })
    else {
      throw AgentClientError(.invalidRequest, "a role has a name, without braces and control characters")
    }
    self.role = role
    messageID = MessageID.make(conversationID: conversationID)
    let checked: AgentPayload
    do throws(JSONError) {
      checked = try AgentPayload(validating: payload)
    } catch {
      throw AgentClientError(.invalidRequest, "the payload is refused: \(error)")
    }
    let fresh = FreshEnvelope(
      conversationID: conversationID, messageID: messageID, targetRole: role, senderAgentID: sender,
      payload: checked, resultList: resultList, createTimestamp: WallClock.now())
    var bytes: [UInt8] = []
    fresh.write(into: &bytes)
    envelope = bytes
    // Read back as a host will read it: what it would refuse is refused here, with the reason.
    do throws(EnvelopeError) {
      _ = try bytes.withUnsafeBufferPointer { buffer throws(EnvelopeError) in
        try Envelope(scanning: UnsafeRawBufferPointer(buffer))
      }
    } catch {
      throw AgentClientError(.invalidRequest, error.description)
    }
  }
}
