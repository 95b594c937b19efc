package import AgentEnvelope
import AgentPlugins
package import AgentStreams
import NIOCore
import StrictJSON

/// From an outcome to the writes that carry it: where it goes, and the envelope that goes there.
/// Pure: the same outcome gives the same writes, but for the ids of new messages.
package final class Router: Sendable {
  package let keys: Keys
  package let envelopeLimits: EnvelopeLimits
  /// Seconds that `result:{message_id}` is kept; lists that a client has named are its own.
  package let resultTimeToLive: Int
  /// Seconds for which it is known how a request ended.
  package let requestTimeToLive: Int
  private let roleStreams: RoleStreams

  package init(keys: Keys, envelopeLimits: EnvelopeLimits, resultTimeToLive: Int, requestTimeToLive: Int) {
    self.keys = keys
    self.envelopeLimits = envelopeLimits
    self.resultTimeToLive = resultTimeToLive
    self.requestTimeToLive = requestTimeToLive
    roleStreams = RoleStreams(keys: keys)
  }

  /// The writes for what an agent wants done.
  func writes(
    for actions: [AgentAction], of message: ReceivedMessage, step: Step
  ) throws(InvalidOutcome) -> CommitWrites {
    var writes = CommitWrites()
    for index in actions.indices {
      let action = actions[index]
      let edit = try payloadEdit(action.payload, at: index)
      let target = try target(of: action, message: message, at: index)
      let write = write(action, edit: edit, to: target, message: message, step: step)
      let size = write.envelope.count
      guard size <= envelopeLimits.maximumBytes else {
        throw InvalidOutcome(
          action: index, "the envelope would have \(size) bytes; the limit is \(envelopeLimits.maximumBytes)")
      }
      writes.append(write)
    }
    return writes
  }

  private func write(
    _ action: AgentAction, edit: PayloadEdit, to target: RouteTarget, message: ReceivedMessage, step: Step
  ) -> CommitWrite {
    let errors = action.error.map { [PayloadError(code: $0.code, message: $0.message)] } ?? []
    var passage = Passage.on(delay: action.delay)
    if case .send = action.verb { passage = .new(delay: action.delay) }
    let rewrite = rewrite(
      of: message, to: target, step: step, kind: action.kind, payload: edit, errors: errors,
      hostMember: hostMember(of: message, passage, now: step.endTimestamp),
      newMessage: passage.isNew ? newMessage(of: message, step: step) : nil)
    return write(rewrite, of: message, to: target, passage)
  }

  private func newMessage(of message: ReceivedMessage, step: Step) -> NewMessage {
    let messageID = MessageID.make(
      conversationID: message.withBytes { message.envelope.conversationID(in: $0) })
    let created = message.envelope.createTimestamp
    return NewMessage(
      messageID: messageID, resultList: ResultList.name(of: messageID),
      createTimestamp: created > 0 ? created : step.startTimestamp)
  }

  /// What a message's next hop keeps of the host's own member: attempts begin anew with every hop, the deadline stays.
  private func hostMember(of message: ReceivedMessage, _ passage: Passage, now: Double) -> HostMemberEdit {
    guard message.hostMember != nil || passage.delay > 0 else { return .keep }
    var member = message.hostMember ?? HostMember()
    member.attempts = 0
    if passage.delay > 0 { member.due = now + Double(passage.delay) / 1000 }
    return member == message.hostMember ? .keep : member.edit
  }

  /// An error goes back the way a reply would, and takes its step with it.
  func failure(
    code: String, text: String, of message: ReceivedMessage, step: Step, to target: RouteTarget,
    state: RequestState = .failed
  ) -> CommitWrite {
    var step = step
    step.error = text
    let passage = Passage.on(state: state)
    let rewrite = rewrite(
      of: message, to: target, step: step, kind: "result",
      errors: [PayloadError(code: code, message: text)],
      hostMember: hostMember(of: message, passage, now: step.endTimestamp))
    return write(rewrite, of: message, to: target, passage)
  }

  /// A message beyond a limit goes straight to the caller, and counts no step.
  func safetyViolation(_ text: String, of message: ReceivedMessage, now: Double) -> CommitWrite {
    let target = RouteTarget.resultList(message.resultList)
    let rewrite = rewrite(
      of: message, to: target, step: Step(startTimestamp: now, duration: 0, error: text), kind: "result",
      errors: [PayloadError(code: "safety.limit", message: text)], isBeyondLimit: true)
    return write(rewrite, of: message, to: target)
  }

  /// `kind` nil: the target's. `sender` nil: the message's agent. What is `isBeyondLimit` has taken no step.
  func rewrite(
    of message: ReceivedMessage, to target: RouteTarget, step: Step,
    sender: consuming EnvelopeSender? = nil, kind: consuming String? = nil,
    payload: consuming PayloadEdit = .keep, errors: consuming [PayloadError] = [],
    hostMember: consuming HostMemberEdit = .keep, newMessage: consuming NewMessage? = nil,
    isBeyondLimit: Bool = false
  ) -> EnvelopeRewrite {
    let (agent, envelope) = (message.agent, message.envelope)
    let endTimestamp = step.endTimestamp
    var trace: TraceStep?
    if newMessage == nil {
      trace = TraceStep(
        startTimestamp: step.startTimestamp, agent: agent.sender, endTimestamp: endTimestamp,
        duration: step.duration, error: step.error, safetyViolation: isBeyondLimit)
    }
    // Anybody may have written the count; past the end it stays there, beyond every limit.
    let stays = isBeyondLimit || envelope.processCount == .max
    return EnvelopeRewrite(
      targetRole: target.role, targetAgentID: target.agentID, targetList: target.list,
      sender: sender ?? agent.sender, kind: kind ?? target.kind, payload: payload, hostMember: hostMember,
      errors: errors, trace: trace,
      processCount: stays ? envelope.processCount : envelope.processCount + 1,
      totalProcessingTime: isBeyondLimit
        ? envelope.totalProcessingTime : WallClock.rounded(envelope.totalProcessingTime + step.duration),
      updateTimestamp: endTimestamp, newMessage: newMessage)
  }

  func write(
    _ rewrite: EnvelopeRewrite, of message: ReceivedMessage, to target: RouteTarget,
    _ passage: Passage = .on()
  ) -> CommitWrite {
    let written = message.withBytes { message.envelope.rewritten(rewrite, of: $0) }
    let priority = message.delivery.source.priority
    // Errors that were no array are put into one, which may be one level too many.
    let scan = rewrite.errors.isEmpty && written.isWithin(envelopeLimits) ? written.envelope : nil
    switch target {
    case .agent(let agentID):
      return .forward(stream: keys.agentStream(agentID), envelope: written.bytes, scan: scan)
    case .role(let role, let stream), .reply(let role, let stream):
      return forward(written.bytes, scan, to: stream, role: role, priority, after: passage.delay)
    case .replyOutside(_, let list), .resultList(let list):
      guard !passage.isNew else {
        return .result(list: keys.resultList(list), envelope: written.bytes, timeToLive: 0)
      }
      let failed = written.bytes.withUnsafeBytes { written.envelope.carriesErrors(in: $0) }
      return end(
        written, list: list, messageID: message.messageID,
        state: passage.state ?? (failed ? .failed : .done)
      )
    }
  }

  private func forward(
    _ envelope: [UInt8], _ scan: Envelope?, to stream: String, role: String, _ priority: Priority,
    after delay: Int
  ) -> CommitWrite {
    if delay > 0 {
      return .delay(
        .init(
          role: role, set: keys.delayed(role), stream: stream, priority: priority, milliseconds: delay,
          envelope: envelope
        ))
    }
    if priority == .normal { return .forward(stream: stream, envelope: envelope, scan: scan) }
    return .forward(stream: keys.roleStream(role, priority), fallback: stream, envelope: envelope, scan: scan)
  }

  /// An error for a list that could be read from what is no envelope: no request, so none that ends.
  func result(_ envelope: [UInt8], list: String, messageID: String) -> CommitWrite {
    .result(
      list: keys.resultList(list), envelope: envelope, timeToLive: timeToLive(of: list, messageID: messageID))
  }

  /// The end of a request: its result, once.
  private func end(
    _ written: ScannedEnvelope, list: String, messageID: String, state: RequestState
  ) -> CommitWrite {
    .end(
      .init(
        request: keys.request(messageID), state: state, kept: requestTimeToLive, list: keys.resultList(list),
        envelope: written.bytes, timeToLive: timeToLive(of: list, messageID: messageID),
        parts: written.envelope.writtenParts))
  }

  private func timeToLive(of list: String, messageID: String) -> Int {
    list == ResultList.name(of: messageID) ? resultTimeToLive : 0
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
    case .reply, .retry: return defaultReply(to: message)
    case .forward(let target), .send(let target):
      switch target {
      case .role(let role):
        guard let stream = roleStreams.stream(of: role) else { throw Self.noAddress(role, "role", at: index) }
        return .role(role, stream: stream)
      case .agent(let agentID):
        guard Address.isUsable(agentID) else { throw Self.noAddress(agentID, "agent id", at: index) }
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
    guard sender != "external", let stream = roleStreams.stream(of: sender) else {
      return .replyOutside(role: sender, list: message.resultList)
    }
    return .reply(role: sender, stream: stream)
  }

  private static func noAddress(_ text: String, _ what: String, at index: Int) -> InvalidOutcome {
    InvalidOutcome(action: index, "\"\(LogText.escaped(text))\" is no \(what): \(Address.rule)")
  }
}

/// What an envelope is to the message that it was made from.
enum Passage {
  /// The same message; `state` is how its request ends, where it goes to its caller.
  case on(delay: Int = 0, state: RequestState? = nil)
  /// Another message.
  case new(delay: Int)

  /// Milliseconds.
  var delay: Int {
    switch self {
    case .on(let delay, _), .new(let delay): delay
    }
  }

  var state: RequestState? { if case .on(_, let state) = self { state } else { nil } }

  var isNew: Bool { if case .new = self { true } else { false } }
}
