package import AgentEnvelope
import AgentPlugins
package import AgentStreams
import NIOCore

/// From an outcome to the writes that carry it: where it goes, and the envelope that goes there.
/// Pure: the same outcome gives the same writes, but for the ids of new messages.
package struct Router: Sendable {
  package let keys: Keys
  package let envelopeLimits: EnvelopeLimits
  /// Seconds that `result:{message_id}` is kept; lists that a client has named are its own.
  package let resultTimeToLive: Int

  package init(keys: Keys, envelopeLimits: EnvelopeLimits, resultTimeToLive: Int) {
    self.keys = keys
    self.envelopeLimits = envelopeLimits
    self.resultTimeToLive = resultTimeToLive
  }

  /// The writes for what an agent wants done.
  func writes(
    for actions: [AgentAction], of message: ReceivedMessage, step: Step
  ) throws(InvalidOutcome) -> [CommitWrite] {
    var writes: [CommitWrite] = []
    writes.reserveCapacity(actions.count)
    for (index, action) in actions.enumerated() {
      let edit = try payloadEdit(action.payload, at: index)
      let target = try target(of: action, message: message, at: index)
      let write = write(action, edit: edit, to: target, message: message, step: step)
      guard write.envelopeBytes <= envelopeLimits.maximumBytes else {
        throw InvalidOutcome(
          action: index,
          "the envelope would have \(write.envelopeBytes) bytes; the limit is \(envelopeLimits.maximumBytes)")
      }
      writes.append(write)
    }
    return writes
  }

  private func write(
    _ action: AgentAction, edit: PayloadEdit, to target: RouteTarget, message: ReceivedMessage, step: Step
  ) -> CommitWrite {
    let errors = action.error.map { [PayloadError(code: $0.code, message: $0.message)] } ?? []
    var rewrite = rewrite(of: message, to: target, step: step)
    rewrite.payload = edit
    rewrite.errors = errors
    if let kind = action.kind { rewrite.kind = kind }
    if case .send = action.verb {
      let messageID = MessageID.make(
        conversationID: message.withBytes { message.envelope.conversationID(in: $0) })
      let created = message.envelope.createTimestamp
      rewrite.newMessage = NewMessage(
        messageID: messageID, resultList: ResultList.name(of: messageID),
        createTimestamp: created > 0 ? created : step.startTimestamp)
      rewrite.trace = nil
    }
    return write(rewrite, of: message, to: target)
  }

  /// An error goes back the way a reply would, and takes its step with it.
  func failure(
    code: String, text: String, of message: ReceivedMessage, step: Step, to target: RouteTarget
  ) -> CommitWrite {
    var step = step
    step.error = text
    var rewrite = rewrite(of: message, to: target, step: step)
    rewrite.kind = "result"
    rewrite.errors = [PayloadError(code: code, message: text)]
    return write(rewrite, of: message, to: target)
  }

  /// A message beyond a limit goes straight to the caller, and counts no step.
  func safetyViolation(_ text: String, of message: ReceivedMessage, now: Double) -> CommitWrite {
    let target = RouteTarget.resultList(message.resultList)
    var rewrite = rewrite(
      of: message, to: target, step: Step(startTimestamp: now, duration: 0, error: text))
    rewrite.kind = "result"
    rewrite.errors = [PayloadError(code: "safety.limit", message: text)]
    rewrite.trace?.safetyViolation = true
    rewrite.processCount = message.envelope.processCount
    rewrite.totalProcessingTime = message.envelope.totalProcessingTime
    return write(rewrite, of: message, to: target)
  }

  private func rewrite(of message: ReceivedMessage, to target: RouteTarget, step: Step) -> EnvelopeRewrite {
    EnvelopeRewrite(
      targetRole: target.role, targetAgentID: target.agentID, targetList: target.list,
      senderRole: message.agent.role, senderAgentID: message.agent.agentID, kind: target.kind,
      trace: TraceEntry(
        startTimestamp: step.startTimestamp, role: message.agent.role, agentID: message.agent.agentID,
        endTimestamp: step.endTimestamp, duration: step.duration, error: step.error),
      // Anybody may have written the count; past the end it stays there, beyond every limit.
      processCount: message.envelope.processCount == .max ? .max : message.envelope.processCount + 1,
      totalProcessingTime: message.envelope.totalProcessingTime + step.duration,
      updateTimestamp: step.endTimestamp)
  }

  private func write(
    _ rewrite: EnvelopeRewrite, of message: ReceivedMessage, to target: RouteTarget
  ) -> CommitWrite {
    var envelope: [UInt8] = []
    envelope.reserveCapacity(message.bytes.readableBytes + 512)
    message.withBytes { message.envelope.write(rewrite, of: $0, into: &envelope) }
    return carry(envelope, to: target, messageID: message.withBytes { message.envelope.messageID(in: $0) })
  }

  func carry(_ envelope: [UInt8], to target: RouteTarget, messageID: String) -> CommitWrite {
    switch target {
    case .role(let role): .forward(stream: keys.roleStream(role), envelope: envelope)
    case .agent(let agentID): .forward(stream: keys.agentStream(agentID), envelope: envelope)
    case .reply(_, .some(let list)), .resultList(let list):
      .result(
        list: keys.resultList(list), envelope: envelope,
        timeToLive: list == ResultList.name(of: messageID) ? resultTimeToLive : 0)
    case .reply(let role, nil): .forward(stream: keys.roleStream(role), envelope: envelope)
    }
  }

  private func payloadEdit(
    _ payload: AgentAction.Payload, at index: Int
  ) throws(InvalidOutcome) -> PayloadEdit {
    do throws(JSONError) {
      switch payload {
      case .keep: return .keep
      case .merge(let bytes): return .merge(try AgentPayload(validating: bytes, limits: envelopeLimits))
      case .replace(let bytes): return .replace(try AgentPayload(validating: bytes, limits: envelopeLimits))
      }
    } catch {
      throw InvalidOutcome(action: index, "its payload is refused: \(error)")
    }
  }

  private func target(
    of action: AgentAction, message: ReceivedMessage, at index: Int
  ) throws(InvalidOutcome) -> RouteTarget {
    switch action.verb {
    case .reply: return defaultReply(to: message)
    case .forward(let target), .send(let target):
      switch target {
      case .role(let role):
        try checkAddress(role, "role", at: index)
        return .role(role)
      case .agent(let agentID):
        try checkAddress(agentID, "agent id", at: index)
        return .agent(agentID)
      case .resultList(let named):
        let list = named ?? message.resultList
        guard Address.isResultList(list) else {
          throw InvalidOutcome(action: index, "\"\(LogText.escaped(list))\" is no list under result:")
        }
        return .resultList(list)
      }
    }
  }

  /// Back to the sender's role; to the result list where the sender is outside.
  func defaultReply(to message: ReceivedMessage) -> RouteTarget {
    let sender = message.withBytes { message.envelope.senderRole(in: $0) }
    // A sender that no stream can be named after can't be answered there; its caller can.
    guard sender != "external", Address.isUsable(sender) else {
      return .reply(role: sender, list: message.resultList)
    }
    return .reply(role: sender, list: nil)
  }

  private func checkAddress(_ address: String, _ what: String, at index: Int) throws(InvalidOutcome) {
    guard Address.isUsable(address) else {
      throw InvalidOutcome(
        action: index, "\"\(LogText.escaped(address))\" is no \(what): \(Address.rule)")
    }
  }
}

extension CommitWrite {
  fileprivate var envelopeBytes: Int {
    switch self {
    case .forward(_, let envelope), .result(_, let envelope, _): envelope.count
    case .deadLetter: 0
    }
  }
}
