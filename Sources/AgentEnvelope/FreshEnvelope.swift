package import StrictJSON

/// An envelope made from nothing: a client's request, or the error result for a message that could
/// not be read.
package struct FreshEnvelope: Sendable {
  /// May be empty in an error result, when it could not be read.
  package var conversationID: String
  /// May be empty in an error result, when it could not be read.
  package var messageID: String
  package var targetRole: String?
  package var targetAgentID: String?
  package var targetList: String?
  package var senderRole: String
  package var senderAgentID: String?
  package var kind: String
  package var payload: AgentPayload
  /// The payload's `__agenthost`.
  package var hostMember: JSONValue?
  /// Appended to the payload's `errors`.
  package var errors: [PayloadError]
  package var resultList: String
  /// Seconds since 1970.
  package var createTimestamp: Double

  package init(
    conversationID: String, messageID: String, targetRole: String? = nil, targetAgentID: String? = nil,
    targetList: String? = nil, senderRole: String = "external", senderAgentID: String? = nil,
    kind: String = "task", payload: AgentPayload = .empty, hostMember: JSONValue? = nil,
    errors: [PayloadError] = [], resultList: String? = nil, createTimestamp: Double
  ) {
    self.conversationID = conversationID
    self.messageID = messageID
    self.targetRole = targetRole
    self.targetAgentID = targetAgentID
    self.targetList = targetList
    self.senderRole = senderRole
    self.senderAgentID = senderAgentID
    self.kind = kind
    self.payload = payload
    self.hostMember = hostMember
    self.errors = errors
    self.resultList = resultList ?? ResultList.name(of: messageID)
    self.createTimestamp = createTimestamp
  }

  /// The envelope's bytes.
  package func written() -> [UInt8] {
    let rewrite = EnvelopeRewrite(
      targetRole: targetRole, targetAgentID: targetAgentID, targetList: targetList,
      sender: EnvelopeSender(role: senderRole, agentID: senderAgentID), kind: kind,
      payload: .replace(payload),
      hostMember: hostMember.map(HostMemberEdit.set) ?? .keep, errors: errors,
      processCount: 0, totalProcessingTime: 0, updateTimestamp: createTimestamp,
      newMessage: NewMessage(
        conversationID: conversationID, messageID: messageID, resultList: resultList,
        createTimestamp: createTimestamp))
    return Envelope().rewritten(rewrite, of: UnsafeRawBufferPointer(start: nil, count: 0)).bytes
  }
}
