/// What a hop changes in an envelope; all else is copied byte for byte.
package struct EnvelopeRewrite: Sendable {
  package let targetRole: String?
  package let targetAgentID: String?
  package let targetList: String?
  package let sender: EnvelopeSender
  package let kind: String
  package let payload: PayloadEdit
  package let hostMember: HostMemberEdit
  /// Appended to the payload's `errors`.
  package let errors: [PayloadError]
  /// Appended to the trace.
  package let trace: TraceStep?
  package let processCount: Int
  package let totalProcessingTime: Double
  /// Seconds since 1970.
  package let updateTimestamp: Double
  /// What makes the envelope another message; nil when it goes on as the same.
  package let newMessage: NewMessage?

  package init(
    targetRole: String? = nil, targetAgentID: String? = nil, targetList: String? = nil,
    sender: EnvelopeSender, kind: String,
    payload: PayloadEdit = .keep, hostMember: HostMemberEdit = .keep,
    errors: [PayloadError] = [], trace: TraceStep? = nil,
    processCount: Int, totalProcessingTime: Double, updateTimestamp: Double, newMessage: NewMessage? = nil
  ) {
    self.targetRole = targetRole
    self.targetAgentID = targetAgentID
    self.targetList = targetList
    self.sender = sender
    self.kind = kind
    self.payload = payload
    self.hostMember = hostMember
    self.errors = errors
    self.trace = trace
    self.processCount = processCount
    self.totalProcessingTime = totalProcessingTime
    self.updateTimestamp = updateTimestamp
    self.newMessage = newMessage
  }
}

/// The parts of an envelope that stay over all hops of a message, for one that begins.
package struct NewMessage: Equatable, Sendable {
  /// Nil: the conversation of the envelope it is made from.
  package var conversationID: String?
  package var messageID: String
  package var resultList: String
  /// Seconds since 1970.
  package var createTimestamp: Double
  /// Whether the trace goes on from the envelope it is made from, instead of beginning empty.
  package var keepsTrace: Bool

  package init(
    conversationID: String? = nil, messageID: String, resultList: String, createTimestamp: Double,
    keepsTrace: Bool = false
  ) {
    self.conversationID = conversationID
    self.messageID = messageID
    self.resultList = resultList
    self.createTimestamp = createTimestamp
    self.keepsTrace = keepsTrace
  }
}
