import AgentEnvelope
import AgentStreams
import StrictJSON

/// One request, as the envelope that carries it.
struct Request: Sendable {
  let messageID: String
  let role: String
  let envelope: [UInt8]
  let options: RequestOptions

  /// `resultList` nil: the request's own.
  init(
    conversationID: String, payload: [UInt8], role: String, sender: String, resultList: String?,
    options: RequestOptions = RequestOptions()
  ) throws(AgentClientError) {
    guard Self.isName(role) else {
      throw AgentClientError(.invalidRequest, "a role has a name, without braces and control characters")
    }
    if let key = options.idempotencyKey, !Self.isName(key) {
      throw AgentClientError(
        .invalidRequest, "an idempotency key has characters, but no braces and no control characters")
    }
    self.role = role
    self.options = options
    messageID = MessageID.make(conversationID: conversationID)
    let checked: AgentPayload
    do throws(JSONError) {
      checked = try AgentPayload(validating: payload)
    } catch {
      throw AgentClientError(.invalidRequest, "the payload is refused: \(error)")
    }
    let now = WallClock.now()
    let fresh = FreshEnvelope(
      conversationID: conversationID, messageID: messageID, targetRole: role, senderAgentID: sender,
      payload: checked, hostMember: Self.hostMember(options, now: now).value, resultList: resultList,
      createTimestamp: now)
    let bytes = fresh.written()
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

  private static func isName(_ text: String) -> Bool {
    !text.isEmpty
      && !text.unicodeScalars.contains { $0 == "{" || $0 == "}" || $0.value < 0x20 || $0.value == 0x7F }
  }

  private static func hostMember(_ options: RequestOptions, now: Double) -> HostMember {
    var member = HostMember()
    member.deadline = options.deadline.map { now + $0 / .seconds(1) }
    member.due = options.delay.map { now + $0 / .seconds(1) }
    return member
  }
}
